"""Blocks in turns with other processes: after each the parent is asked, and this one sleeps until it is its turn again.

What passes meanwhile is no part of the measurement: the sampler rests, and the circumstances are counted without it.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Tuple

from edgecv.ondevice.child import ask
from edgecv.ondevice.probes import Circumstances, Sampler, read
from edgecv.ondevice.stopwatch import LOOK_SECONDS, Plan

ENOUGH, MORE, GO, STOP = "enough", "more", "go", "stop"
FEWEST_ROUNDS = (
    12  # where no plan's limit comes before: fewer pairs of blocks give their ratio a wide interval, or none
)
MOST_SAMPLES = 1_000_000
SUMS = ("busy_s", "stolen_s", "own_s", "waited_s", "pressure_s", "quota_throttled_s", "at_s")


class InTurns:
    """`stopwatch.Turns`, with the parent as the one who decides."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._away: List[Tuple[Circumstances, Circumstances]] = []

    def next(self, enough: bool) -> bool:
        left = read()
        self._sampler.pause()
        go_on = ask(ENOUGH if enough else MORE) == GO
        if go_on:
            self._sampler.resume()
        self._away.append((left, read()))
        return go_on

    def without_waiting(self, after: Circumstances) -> Circumstances:
        """As if no time had passed while others had their turn."""
        for left, came in self._away:
            sums: Dict[str, Any] = {name: _less(name, after, left, came) for name in SUMS}
            after = dataclasses.replace(after, **sums)
        return after


def roomy(plan: Plan) -> Plan:
    """The plan with limits that leave room for the fewest rounds."""
    return dataclasses.replace(
        plan,
        max_seconds=max(plan.max_seconds, 2 * FEWEST_ROUNDS * LOOK_SECONDS),
        max_samples=max(plan.max_samples, MOST_SAMPLES),
    )


def _less(name: str, after: Circumstances, left: Circumstances, came: Circumstances) -> float | None:
    total, before, behind = (getattr(moment, name) for moment in (after, left, came))
    return None if None in (total, before, behind) else total - (behind - before)
