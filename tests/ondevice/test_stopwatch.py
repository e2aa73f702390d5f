"""The stopping rule, on a clock that only the steps move."""

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from edgecv.ondevice import stopwatch
from edgecv.ondevice.statistics import early_stopping
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


class Rounds:
    """Turns that go on for so many blocks, and note what they were told."""

    def __init__(self, bench: Bench, blocks: int) -> None:
        self.bench, self.blocks = bench, blocks
        self.told: list[bool] = []

    def next(self, enough: bool) -> bool:
        self.told.append(enough)
        self.bench.now_ns += 7_000_000_000  # others have their turn
        return len(self.told) < self.blocks


def test_every_sample_belongs_to_a_block_and_blocks_grow(bench) -> None:
    taken = sample(bench(lambda run: 40 + run % 2).step, PLAN)
    assert sum(taken.blocks) == len(taken.samples_ms)
    assert taken.blocks[0] == 13  # half a second
    assert taken.blocks[-1] > taken.blocks[0]


def test_whoever_gives_the_turns_can_have_more_blocks_than_are_needed(bench) -> None:
    made = bench(lambda run: 40 + run % 2)
    rounds = Rounds(made, blocks=20)
    taken = sample(made.step, PLAN, turns=rounds)
    assert rounds.told == [False] * (len(rounds.told) - rounds.told.count(True)) + [True] * rounds.told.count(True)
    assert rounds.told.count(True) > 1
    assert len(taken.blocks) == 20
    assert taken.stopped == "interval"


def test_waiting_for_a_turn_is_no_part_of_the_time_and_one_run_after_it_is_not_counted(bench) -> None:
    made = bench(lambda run: 40 + run % 2)
    taken = sample(made.step, PLAN, turns=Rounds(made, blocks=15))
    assert taken.seconds == pytest.approx(taken.samples_ms.sum() / 1000)
    assert len(made.runs) == len(taken.samples_ms) + 14


def test_at_a_limit_there_are_no_more_turns_whatever_others_want(bench) -> None:
    made = bench(lambda run: 30 + 60 * (run // 10 % 2))
    rounds = Rounds(made, blocks=10**6)
    taken = sample(made.step, PLAN, turns=rounds)
    assert taken.stopped == "max_seconds"
    assert rounds.told[-1]
    assert not any(rounds.told[:-1])


def test_what_is_done_before_each_run_is_not_timed(bench) -> None:
    made = bench(lambda run: 40 + run % 2)

    def wait() -> None:
        made.now_ns += 100_000_000

    assert sample(made.step, PLAN, before_each=wait).samples_ms.max() == 41


def test_what_reading_the_clock_costs_is_told(monkeypatch) -> None:
    readings = iter(range(0, 10**9, 35))
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter_ns=lambda: next(readings)))
    plan = dataclasses.replace(PLAN, max_samples=50)
    assert sample(lambda _: None, plan).clock_ns == 35


def test_warm_up_goes_on_while_the_step_gets_faster(bench) -> None:
    made = bench(lambda run: 10 + max(0.0, 60 - run))
    warmth = warm_up(made.step, PLAN)
    assert warmth.steady
    assert 60 <= warmth.runs <= 90
    assert warmth.runs == len(made.runs)
    assert warmth.seconds == pytest.approx(made.now_ns / 1e9)


def test_warm_up_of_a_steady_step_is_two_blocks(bench) -> None:
    made = bench(lambda _: 10)
    assert warm_up(made.step, PLAN).runs == 20


def test_a_step_may_be_noisy_and_yet_warm(bench) -> None:
    warmth = warm_up(bench(noisy(0.5)).step, PLAN)
    assert warmth.steady
    assert warmth.seconds < 1


def test_warm_up_ends_when_its_time_is_up_and_says_so(bench) -> None:
    made = bench(lambda run: 10.0 * 1.02**run)
    warmth = warm_up(made.step, PLAN)
    assert not warmth.steady
    assert 3 < made.now_ns / 1e9 < 4


def test_a_step_slower_than_the_time_to_warm_up_still_has_two_blocks_to_compare(bench) -> None:
    assert warm_up(bench(lambda _: 2000).step, PLAN).steady


def test_the_plans_keep_what_they_promise() -> None:
    assert PLANS["quick"].max_seconds <= 3
    assert (PLANS["standard"].min_samples, PLANS["standard"].min_seconds) == (200, 10)
    assert PLANS["standard"].max_seconds == 60
    assert PLANS["mlperf"].min_seconds == 600
    assert early_stopping(np.arange(float(PLANS["mlperf"].min_samples)), 0.9) is not None
