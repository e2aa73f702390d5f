"""Time a step until enough is known about it.

Warm-up: blocks of runs, until the medians of two in a row lie within 2 % of each other, or until its time is up.
Then samples, every one of them kept, until the 95 % intervals of p50 and p90 are both within ±2 % of their value and
the least count and time of the plan are reached; or until a limit is hit, which `stopped` then names.

The clock is read right before and right after the step and nowhere in between. Looking at the samples would drive the
step's data out of the caches, so it happens seldom, and one run that is not counted follows each look.
"""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import Callable, Dict, Tuple

import numpy as np

from edgecv.ondevice.statistics import half_width
from edgecv.records.measurement import Stopped

TARGET = 0.02  # half of the interval, as a share of the value
WATCHED = (0.5, 0.9)  # the quantiles whose intervals must reach the target
STEADY = 0.02  # largest difference between two warm-up blocks in a row
BLOCK_RUNS = 5
BLOCK_SECONDS = 0.1  # a governor takes some ten milliseconds to raise a clock
LOOK_SECONDS = 0.5  # between two looks at the samples, at least
LOOK_SHARE = 0.1  # ... and this share of the time so far, since a look at more samples takes longer

Step = Callable[[int], object]


@dataclass(frozen=True)
class Plan:
    min_samples: int
    min_seconds: float
    max_samples: int  # keeps the record of a very fast network at a size that can be read
    max_seconds: float
    warmup_seconds: float  # at most
    end_to_end_runs: int  # at most; they take no longer than `end_to_end_seconds`
    end_to_end_seconds: float


PLANS: Dict[str, Plan] = {
    "quick": Plan(36, 0.5, 100_000, 3, 1, 32, 1),  # 36: fewer samples give p90 no interval
    "standard": Plan(200, 10, 1_000_000, 60, 5, 100, 10),
    # Like MLPerf's single stream: at least ten minutes, one image after the other.
    "mlperf": Plan(1024, 600, 5_000_000, 1200, 10, 100, 10),
}


@dataclass(frozen=True)
class Taken:
    samples_ms: np.ndarray
    seconds: float
    stopped: Stopped


def warm_up(step: Step, plan: Plan) -> int:
    """Run a step until its time is steady; returns how many runs that took."""
    start = time.perf_counter()
    runs, previous = 0, None
    while True:
        count, median = _block(step, runs)
        runs += count
        steady = previous is not None and abs(median - previous) <= STEADY * previous
        if steady or time.perf_counter() - start > plan.warmup_seconds:
            return runs
        previous = median


def _block(step: Step, first: int) -> Tuple[int, float]:
    samples = array("q")
    start = time.perf_counter_ns()
    while len(samples) < BLOCK_RUNS or time.perf_counter_ns() - start < BLOCK_SECONDS * 1e9:
        samples.append(_timed(step, first + len(samples)))
    return len(samples), float(np.median(samples))


def _timed(step: Step, run: int) -> int:
    before = time.perf_counter_ns()
    step(run)
    return time.perf_counter_ns() - before


def sample(step: Step, plan: Plan, on_progress: Callable[[str], None] | None = None) -> Taken:
    """Time a warm step again and again, by the plan; `step` is given the number of the run."""
    taken = array("q")
    start = time.perf_counter_ns()
    next_look = LOOK_SECONDS
    while True:
        taken.append(_timed(step, len(taken)))
        seconds = (time.perf_counter_ns() - start) / 1e9
        at_limit = len(taken) >= plan.max_samples or seconds >= plan.max_seconds
        if seconds < next_look and not at_limit:
            continue
        samples_ms = np.array(taken) / 1e6
        widths = [half_width(samples_ms, share) for share in WATCHED]
        if on_progress:
            on_progress(_said(samples_ms, widths[-1], seconds))
        enough = len(taken) >= plan.min_samples and seconds >= plan.min_seconds
        if enough and all(width is not None and width <= TARGET for width in widths):
            return Taken(samples_ms, seconds, "interval")
        if at_limit:
            return Taken(samples_ms, seconds, "max_samples" if len(taken) >= plan.max_samples else "max_seconds")
        step(len(taken))
        next_look = seconds + max(LOOK_SECONDS, LOOK_SHARE * seconds)


def _said(samples_ms: np.ndarray, width: float | None, seconds: float) -> str:
    p90 = float(np.quantile(samples_ms, 0.9))
    known = "" if width is None else f" ±{100 * width:.1f} % (target {100 * TARGET:.0f} %)"
    return f"p90 {p90:.{1 if p90 >= 10 else 3}f} ms{known}, {len(samples_ms)} runs, {seconds:.0f} s"
