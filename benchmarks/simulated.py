"""Series of latencies whose truth is known, and the stopwatch run on them by a clock that only they move.

A series is told as factors of one latency. Noise is log-normal throughout; the correlated kinds follow what is seen on
shared machines: each run resembles the one before it, or a slow state comes and goes.
"""

import dataclasses
import math
from collections.abc import Callable
from types import SimpleNamespace
from unittest import mock

import numpy as np

from edgecv.ondevice import probes, stopwatch
from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.stopwatch import Plan, Taken

Series = Callable[[int, np.random.Generator], np.ndarray]


def noise(spread: float) -> Series:
    return lambda count, random: np.exp(spread * random.standard_normal(count))


def spiky(spread: float, share: float, factor: float) -> Series:
    return lambda count, random: noise(spread)(count, random) * np.where(random.random(count) < share, factor, 1)


def following(spread: float, correlation: float) -> Series:
    """AR(1) in logarithms."""

    def series(count: int, random: np.random.Generator) -> np.ndarray:
        steps = random.standard_normal(count) * math.sqrt(1 - correlation**2)
        values, value = np.empty(count), random.standard_normal()
        for place, step in enumerate(steps):
            value = correlation * value + step
            values[place] = value
        return np.exp(spread * values)

    return series


def switching(spread: float, runs: int, share: float, factor: float) -> Series:
    """A slow state that lasts so many runs on average and takes that share of them."""

    def series(count: int, random: np.random.Generator) -> np.ndarray:
        slow, place, now = np.zeros(count, bool), 0, bool(random.random() < share)
        while place < count:
            length = int(random.geometric(1 / (runs if now else runs * (1 - share) / share)))
            slow[place : place + length] = now
            place, now = place + length, not now
        return noise(spread)(count, random) * np.where(slow, factor, 1)

    return series


STATIONARY: dict[str, Series] = {
    "log-normal": noise(0.1),
    "log-normal with 3 % spikes": spiky(0.1, 0.03, 3),
    "bimodal": spiky(0.02, 0.3, 1.3),
    "AR(1) at 0.5": following(0.1, 0.5),
    "AR(1) at 0.7": following(0.1, 0.7),
    "AR(1) at 0.9": following(0.1, 0.9),
    "AR(1) at 0.9, little noise": following(0.03, 0.9),
    "a slow state of 20 runs": switching(0.03, 20, 0.3, 1.15),
    "a slow state of 50 runs": switching(0.03, 50, 0.3, 1.15),
}


Drift = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # by how much a run is slower, at its time


def slope(size: float) -> Drift:
    return lambda time, _: size * np.minimum(time, 1)


def step(size: float) -> Drift:
    return lambda time, random: size * (time > random.uniform(0.2, 0.8))


def saw(size: float, teeth: float) -> Drift:
    return lambda time, random: size * ((teeth * time + random.random()) % 1)


# A drift, and how noisy the runs are. The time is 1 when the least time of a plan is over.
DRIFTING: dict[str, tuple[Drift, float]] = {
    "slope of 10 %": (slope(0.1), 0.03),
    "slope of 20 %, noisy": (slope(0.2), 0.1),
    "step of 10 %": (step(0.1), 0.03),
    "step of 20 %, noisy": (step(0.2), 0.1),
    "saw of 15 %": (saw(0.15, 1), 0.03),
    "saw of 15 %, steep": (saw(0.15, 2), 0.03),
    "saw of 30 %, noisy": (saw(0.3, 1), 0.1),
}


def sampled(durations_ms: np.ndarray, plan: Plan) -> Taken:
    """What the stopwatch takes of a step that lasts so long, run by run; the last of them goes on for ever."""
    clock = SimpleNamespace(now_ns=0, run=0)
    durations_ns = np.rint(durations_ms * 1e6).astype(int).tolist()

    def run(_: int) -> None:
        clock.now_ns += durations_ns[min(clock.run, len(durations_ns) - 1)]
        clock.run += 1

    faked = SimpleNamespace(perf_counter_ns=lambda: clock.now_ns, perf_counter=lambda: clock.now_ns / 1e9)
    with mock.patch.object(stopwatch, "time", faked):
        return stopwatch.sample(run, plan)


def undisturbed(seconds: float) -> tuple[Circumstances, Circumstances]:
    """A machine before and after so many seconds in which nothing befell it."""
    before = dataclasses.replace(probes.read(), own_s=0.0, stolen_s=0.0, waited_s=0.0, quota_throttled_s=0.0, slowed=())
    return before, dataclasses.replace(before, at_s=before.at_s + seconds, own_s=seconds)
