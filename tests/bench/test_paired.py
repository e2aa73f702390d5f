"""The ratio of two artifacts that were measured in turns: right while the machine drifts."""

import dataclasses

import numpy as np
import pytest

from edgecv.bench.paired import block_medians, with_ratios
from edgecv.records.measurement import Measurement
from tests.report.examples import latency, measurement

ROUNDS, RUNS = 24, 40


def in_turns(truth: float, seed: int, rounds: int = ROUNDS) -> list[Measurement]:
    """Two measurements on a machine that gets slower by half; the second takes `truth` times as long as the first."""
    random = np.random.default_rng(seed)
    drift = np.linspace(1.0, 1.5, ROUNDS)[:, None]
    first = 5.0 * drift * random.lognormal(0, 0.03, (ROUNDS, RUNS))
    second = 5.0 * truth * drift[:rounds] * random.lognormal(0, 0.03, (rounds, RUNS))
    return [
        dataclasses.replace(
            measurement(target), latency=dataclasses.replace(latency(samples.ravel()), blocks=(RUNS,) * len(samples))
        )
        for target, samples in (("tflite", first), ("onnx", second))
    ]


def test_a_drift_of_half_does_not_touch_the_ratio() -> None:
    first, second = with_ratios(in_turns(0.97, seed=1))
    assert first.interleaved
    assert second.interleaved
    assert first.interleaved.ratio is None
    assert second.interleaved.ratio == pytest.approx(0.97, abs=0.01)
    low, high = second.interleaved.ratio_ci95 or (0, 0)
    assert 0.95 < low < 0.97 < high < 0.99
    assert first.interleaved.digests == (first.artifact.digest, second.artifact.digest)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = 0
    for seed in range(100):
        _, second = with_ratios(in_turns(0.97, seed))
        assert second.interleaved
        low, high = second.interleaved.ratio_ci95 or (0, 0)
        held += low <= 0.97 <= high
    assert held >= 90


def test_one_that_ended_early_is_compared_over_the_rounds_it_took_part_in() -> None:
    _, second = with_ratios(in_turns(0.9, seed=2, rounds=10))
    assert second.interleaved
    assert (second.interleaved.blocks, second.interleaved.pairs) == (10, 10)
    assert second.interleaved.ratio == pytest.approx(0.9, abs=0.02)


def test_few_rounds_give_a_ratio_without_an_interval() -> None:
    _, second = with_ratios(in_turns(0.9, seed=3, rounds=4))
    assert second.interleaved
    assert second.interleaved.ratio
    assert second.interleaved.ratio_ci95 is None


def test_what_failed_has_no_ratio_and_gives_none() -> None:
    first, second = in_turns(0.9, seed=4)
    for pair in (
        [dataclasses.replace(first, latency=None), second],
        [first, dataclasses.replace(second, latency=None)],
    ):
        assert [each.interleaved.ratio for each in with_ratios(pair) if each.interleaved] == [None, None]


def test_blocks_are_cut_in_the_order_in_which_they_were_taken() -> None:
    taken = dataclasses.replace(latency(np.array([1.0, 1.0, 1.0, 2.0, 3.0, 3.0])), blocks=(3, 1, 2))
    assert block_medians(taken) == [1.0, 2.0, 3.0]
