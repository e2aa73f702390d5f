"""Latency over minutes: a board that gets hot is another board half an hour later."""

from __future__ import annotations

import dataclasses
import math
from typing import Callable, List, NamedTuple, Tuple

import numpy as np

from edgecv.ondevice.statistics import interval, quantile
from edgecv.ondevice.stopwatch import Plan, Step, Taken, sample
from edgecv.records.measurement import Minute, Soak

MINUTE_S = 60.0


class Soaked(NamedTuple):
    last: Taken  # what the machine can sustain
    ends: Taken  # the first minute and the last as one series, in which a drift shows
    soak: Soak


def soaked(
    step: Step,
    plan: Plan,
    minutes: int,
    on_progress: Callable[[str], None],
    before_each: Callable[[], None] | None = None,
) -> Soaked:
    """Sample for so many minutes; the samples of the first and the last are kept, of the others what they come to."""
    plan = dataclasses.replace(plan, min_seconds=MINUTE_S, max_seconds=MINUTE_S)
    told: List[Minute] = []
    ends: List[Taken] = []
    for number in range(1, minutes + 1):
        where = f"minute {number}/{minutes}: "
        taken = sample(step, plan, _behind(where, on_progress), before_each=before_each)
        told.append(_minute(taken.samples_ms))
        ends = [*ends[:1], taken]
    first, last = ends[0], ends[-1]
    if minutes == 1:
        return Soaked(last, last, Soak(tuple(told), None, None))
    ratio = ratio_of_medians(last.samples_ms, first.samples_ms)
    return Soaked(last, _joined(first, last), Soak(tuple(told), *ratio))


def _behind(where: str, on_progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda text: on_progress(where + text)


def _minute(samples_ms: np.ndarray) -> Minute:
    return Minute(float(np.median(samples_ms)), quantile(samples_ms, 0.9), len(samples_ms))


def ratio_of_medians(last: np.ndarray, first: np.ndarray) -> Tuple[float, Tuple[float, float] | None]:
    """One median over another, and its 95 % interval from those of the two."""
    ratio = float(np.median(last) / np.median(first))
    bounds = [each for each in (interval(last, 0.5), interval(first, 0.5)) if each]
    if len(bounds) < 2:
        return ratio, None
    factor = math.exp(math.hypot(*(math.log(high / low) / 2 for low, high in bounds)))
    return ratio, (ratio / factor, ratio * factor)


def _joined(first: Taken, last: Taken) -> Taken:
    return dataclasses.replace(
        last,
        samples_ms=np.concatenate([first.samples_ms, last.samples_ms]),
        seconds=first.seconds + last.seconds,
        blocks=first.blocks + last.blocks,
    )
