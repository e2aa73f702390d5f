"""The stopping rule, on a clock that only the steps move."""

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from edgecv.ondevice import stopwatch
from edgecv.ondevice.stopwatch import PLANS, sample, warm_up

PLAN = dataclasses.replace(PLANS["standard"], min_samples=200, min_seconds=2, max_seconds=20, warmup_seconds=3)


class Bench:
    """A step whose runs take the given times, and the clock that shows it."""

    def __init__(self, duration_ms: Callable[[int], float]) -> None:
        self.duration_ms = duration_ms
        self.now_ns = 0
        self.runs: list[int] = []

    def step(self, run: int) -> None:
        self.now_ns += round(self.duration_ms(len(self.runs)) * 1e6)
        self.runs.append(run)


@pytest.fixture
def bench(monkeypatch) -> Callable[[Callable[[int], float]], Bench]:
    def make(duration_ms: Callable[[int], float]) -> Bench:
        made = Bench(duration_ms)
        clock = SimpleNamespace(perf_counter_ns=lambda: made.now_ns, perf_counter=lambda: made.now_ns / 1e9)
        monkeypatch.setattr(stopwatch, "time", clock)
        return made

    return make


def noisy(spread: float, spikes: float = 0) -> Callable[[int], float]:
    random = np.random.default_rng(0)
    return lambda _: float(np.exp(spread * random.standard_normal())) * (9 if random.random() < spikes else 1)


def test_a_quiet_step_is_measured_until_the_least_count_and_time(bench) -> None:
    made = bench(noisy(0.01))
    taken = sample(made.step, PLAN)
    assert taken.stopped == "interval"
    assert 2 <= taken.seconds < 3.5
    assert len(taken.samples_ms) >= 200


def test_a_slow_step_is_measured_until_the_least_count(bench) -> None:
    made = bench(lambda run: 50 + run % 3)
    taken = sample(made.step, PLAN)
    assert taken.stopped == "interval"
    assert 200 <= len(taken.samples_ms) < 240
    assert taken.seconds > 10


def test_a_step_that_is_never_certain_ends_at_the_limit_of_time(bench) -> None:
    made = bench(lambda run: 30 + 60 * (run // 10 % 2))
    taken = sample(made.step, PLAN)
    assert taken.stopped == "max_seconds"
    assert taken.seconds >= 20


def test_a_step_can_end_at_the_limit_of_samples(bench) -> None:
    made = bench(noisy(1.5))
    taken = sample(made.step, dataclasses.replace(PLAN, max_samples=300))
    assert taken.stopped == "max_samples"
    assert len(taken.samples_ms) == 300


def test_every_sample_is_kept_as_it_was_spikes_and_all(bench) -> None:
    random = noisy(0.05, spikes=0.02)
    durations = [random(run) for run in range(20_000)]
    made = bench(lambda run: durations[run])
    taken = sample(made.step, PLAN)
    seen = {round(duration * 1e6) for duration in durations[: len(made.runs)]}
    assert {round(each * 1e6) for each in taken.samples_ms} <= seen
    assert taken.samples_ms.max() > 8
    uncounted = len(made.runs) - len(taken.samples_ms)  # one run after each look
    assert 0 < uncounted < 20


def test_the_inputs_take_turns(bench) -> None:
    made = bench(noisy(0.01))
    taken = sample(made.step, PLAN)
    assert set(made.runs) >= set(range(len(taken.samples_ms)))


def test_progress_says_how_certain_p90_is(bench) -> None:
    made = bench(lambda run: 40 + run % 2)
    said: list[str] = []
    sample(made.step, PLAN, said.append)
    assert said[-1].startswith("p90 41.0 ms ±")
    assert "(target 2 %)" in said[-1]
    assert said[-1].endswith(" s")


def test_warm_up_goes_on_while_the_step_gets_faster(bench) -> None:
    made = bench(lambda run: 10 + max(0.0, 60 - run))
    count = warm_up(made.step, PLAN)
    assert 60 <= count <= 90
    assert count == len(made.runs)


def test_warm_up_of_a_steady_step_is_two_blocks(bench) -> None:
    made = bench(lambda _: 10)
    assert warm_up(made.step, PLAN) == 20


def test_warm_up_ends_when_its_time_is_up(bench) -> None:
    made = bench(lambda run: 10.0 * 1.02**run)
    warm_up(made.step, PLAN)
    assert 3 < made.now_ns / 1e9 < 4


def test_the_plans_keep_what_they_promise() -> None:
    assert PLANS["quick"].max_seconds <= 3
    assert (PLANS["standard"].min_samples, PLANS["standard"].min_seconds) == (200, 10)
    assert PLANS["standard"].max_seconds == 60
    assert PLANS["mlperf"].min_seconds == 600
