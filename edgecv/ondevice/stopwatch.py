"""Time a step until enough is known about it.

Warm-up: blocks of runs, until the medians of two in a row lie within 2 % of each other, or cannot be told apart because
their 95 % intervals overlap; or until its time is up, and then the step is not steady. A step that is noisy from run to
run is as warm as a quiet one: what counts is that it no longer gets faster.

Then samples, every one of them kept, until the 95 % intervals of p50 and p90 are both within ±2 % of their value and
the least count and time of the plan are reached; or until a limit is hit, which `stopped` then names.

The clock is read right before and right after the step and nowhere in between. Looking at the samples would drive the
step's data out of the caches, so it happens seldom, between blocks, and one run that is not counted follows each look.
After a block others may have their turn, as when several artifacts are measured side by side.
"""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import Callable, Dict, List, Protocol, Tuple

import numpy as np

from edgecv.ondevice.statistics import apart, half_width
from edgecv.records.measurement import Stopped

TARGET = 0.02  # half of the interval, as a share of the value
WATCHED = (0.5, 0.9)  # the quantiles whose intervals must reach the target
STEADY = 0.02  # a difference between two warm-up blocks in a row that is no difference
BLOCK_RUNS = 6  # fewer give a median no interval
BLOCK_SECONDS = 0.1  # a governor takes some ten milliseconds to raise a clock
LOOK_SECONDS = 0.5  # between two looks at the samples, at least
LOOK_SHARE = 0.1  # ... and this share of the time so far, since a look at more samples takes longer
CLOCK_READINGS = 1001

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
    "quick": Plan(42, 0.5, 100_000, 3, 1, 32, 1),  # 42: fewer samples give p90 no interval
    "standard": Plan(200, 10, 1_000_000, 60, 5, 100, 10),
    # Like MLPerf's single stream: ten minutes, and as many images as its early stopping needs to bound p90.
    "mlperf": Plan(64, 600, 5_000_000, 1200, 10, 100, 10),
}


@dataclass(frozen=True)
class Warmth:
    runs: int
    seconds: float
    steady: bool  # False: the time was up first


@dataclass(frozen=True)
class Taken:
    samples_ms: np.ndarray
    seconds: float  # of the blocks, without the waiting between them
    stopped: Stopped
    blocks: Tuple[int, ...]  # how many samples each holds, in their order
    clock_ns: float  # what reading the clock before and after a step adds to a sample


class Turns(Protocol):
    """Who may take a block next: asked after each, it may wait for others before it answers."""

    def next(self, enough: bool) -> bool:
        """Whether to take another block; `enough` says that none is wanted for the interval."""


class _Alone:
    def next(self, enough: bool) -> bool:
        return not enough


ALONE: Turns = _Alone()


def warm_up(step: Step, plan: Plan) -> Warmth:
    """Run a step until its time is steady, or until the time for that is up."""
    start = time.perf_counter()
    previous = _block(step, 0)
    runs = len(previous)
    while True:
        block = _block(step, runs)
        runs += len(block)
        steady = _alike(previous, block)
        seconds = time.perf_counter() - start
        if steady or seconds > plan.warmup_seconds:
            return Warmth(runs, seconds, steady)
        previous = block


def _block(step: Step, first: int) -> np.ndarray:
    samples = array("q")
    start = time.perf_counter_ns()
    while len(samples) < BLOCK_RUNS or time.perf_counter_ns() - start < BLOCK_SECONDS * 1e9:
        samples.append(_timed(step, first + len(samples)))
    return np.array(samples)


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    before, now = float(np.median(one)), float(np.median(other))
    return abs(now - before) <= STEADY * before or not apart(one, other)


def _timed(step: Step, run: int) -> int:
    before = time.perf_counter_ns()
    step(run)
    return time.perf_counter_ns() - before


def sample(
    step: Step,
    plan: Plan,
    on_progress: Callable[[str], None] | None = None,
    turns: Turns = ALONE,
    before_each: Callable[[], None] | None = None,
) -> Taken:
    """Time a warm step again and again, by the plan; `step` is given the number of the run.

    What is done `before_each` run, such as waiting for an image, is not timed.
    """
    clock_ns = _clock_ns()
    taken = array("q")
    blocks: List[int] = []
    seconds = 0.0
    while True:
        before = len(taken)
        seconds += _take_block(step, plan, taken, seconds, before_each)
        blocks.append(len(taken) - before)
        samples_ms = np.array(taken) / 1e6
        widths = [half_width(samples_ms, share) for share in WATCHED]
        if on_progress:
            on_progress(_said(samples_ms, widths[-1], seconds))
        long = len(taken) >= plan.min_samples and seconds >= plan.min_seconds
        certain = long and all(width is not None and width <= TARGET for width in widths)
        limit = _limit(plan, len(taken), seconds)
        if not turns.next(certain or limit is not None) or limit:
            stopped: Stopped = "interval" if certain else limit or "max_seconds"
            return Taken(samples_ms, seconds, stopped, tuple(blocks), clock_ns)
        step(len(taken))


def _clock_ns() -> float:
    return float(np.median([_timed(lambda _: None, 0) for _ in range(CLOCK_READINGS)]))


def _take_block(
    step: Step, plan: Plan, taken: "array[int]", so_far: float, before_each: Callable[[], None] | None
) -> float:
    """Add a block of samples; returns how many seconds it took."""
    enough = max(LOOK_SECONDS, LOOK_SHARE * so_far)
    start = time.perf_counter_ns()
    while True:
        if before_each:
            before_each()
        taken.append(_timed(step, len(taken)))
        seconds = (time.perf_counter_ns() - start) / 1e9
        if seconds >= enough or _limit(plan, len(taken), so_far + seconds):
            return seconds


def _limit(plan: Plan, count: int, seconds: float) -> Stopped | None:
    if count >= plan.max_samples:
        return "max_samples"
    return "max_seconds" if seconds >= plan.max_seconds else None


def _said(samples_ms: np.ndarray, width: float | None, seconds: float) -> str:
    p90 = float(np.quantile(samples_ms, 0.9))
    known = "" if width is None else f" ±{100 * width:.1f} % (target {100 * TARGET:.0f} %)"
    return f"p90 {p90:.{1 if p90 >= 10 else 3}f} ms{known}, {len(samples_ms)} runs, {seconds:.0f} s"
