"""Measure artifacts, each in a fresh process that holds one runtime, and nothing of this one.

Several take turns, block by block: what disturbs the machine for a while disturbs all of them, so that it does not pick
the winner. The order changes from round to round, since whoever comes first may find the machine cooler. Only one of
the processes is at work at any time; the others sleep.
"""

import dataclasses
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from edgecv.bench.job import Job, check
from edgecv.bench.paired import with_ratios
from edgecv.bench.player import Player
from edgecv.errors import Unavailable
from edgecv.hosts import Host, at, guard
from edgecv.hosts.hearing import Lost
from edgecv.ondevice.bench.turns import FEWEST_ROUNDS, GO, STOP
from edgecv.records.files import write_json
from edgecv.records.measurement import Measurement

SEED = 0

Say = Callable[[str], None]


def measure(job: Job, on_progress: Say | None = None) -> Measurement:
    """Take a measurement, write it, and give it back whatever its verdict."""
    (outcome,) = measure_all([job], on_progress=on_progress)
    if isinstance(outcome, Unavailable):
        raise outcome
    return outcome


def measure_all(
    jobs: Sequence[Job], *, interleave: bool = True, seed: int = SEED, on_progress: Say | None = None
) -> list[Measurement | Unavailable]:
    """The measurement of each, or why it cannot be measured; one that fails does not stop the others.

    All of them are for one device.
    """
    with at(jobs[0].device, "bench", measuring=True, on_progress=on_progress) as host:
        refused = {place: reason for place, job in enumerate(jobs) if (reason := _refusal(job, host))}
        possible = [job for place, job in enumerate(jobs) if place not in refused]
        groups = [possible] if interleave else [[job] for job in possible]
        taken = iter([each for group in groups if group for each in _together(group, host, seed, on_progress)])
    return [refused.get(place) or next(taken) for place in range(len(jobs))]


def _refusal(job: Job, host: Host) -> Unavailable | None:
    try:
        check(job, host)
    except Unavailable as reason:
        return reason
    return None


def _together(jobs: Sequence[Job], host: Host, seed: int, on_progress: Say | None) -> list[Measurement | Unavailable]:
    limits = guard(jobs[0].memory_limit_mb, host.free_mb())
    limit_s = sum(job.longest_s for job in jobs)  # of each: it waits for the others
    with ExitStack() as stack:
        players = [
            stack.enter_context(
                Player(job, host, limits, _named(job, jobs, on_progress), in_turns=len(jobs) > 1, limit_s=limit_s)
            )
            for job in jobs
        ]
        for player in players:
            player.begin()
        _play(players, random.Random(seed))
        outcomes = {id(player): player.outcome() for player in players if not player.refused}
    if len(jobs) > 1 and outcomes:
        outcomes = dict(zip(outcomes, with_ratios(list(outcomes.values())), strict=True))
    for player in players:
        if not player.refused:
            write_json(player.job.out, dataclasses.asdict(outcomes[id(player)]))
    for player in players:
        if isinstance(player.refused, Lost):  # not what the others are refused for, and they would be in vain, too
            raise player.refused
    return [player.refused or outcomes[id(player)] for player in players]


def _play(players: Sequence[Player], chance: random.Random) -> None:
    """Rounds, in a new order each, until all have samples enough; who is at a limit of its plan leaves earlier."""
    rounds = 0
    while waiting := [player for player in players if player.waiting]:
        satisfied = rounds >= FEWEST_ROUNDS and all(player.enough for player in waiting)
        for player in chance.sample(waiting, len(waiting)):
            player.take_turn(STOP if satisfied else GO)
        rounds += 1


def _named(job: Job, jobs: Sequence[Job], on_progress: Say | None) -> Say | None:
    if on_progress is None or len(jobs) == 1:
        return on_progress
    name = job.artifact.manifest.name
    return lambda text: on_progress(f"{name}: {text}")
