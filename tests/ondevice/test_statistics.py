"""Quantiles and their intervals, against tables and against samples of known distribution."""

import numpy as np
import pytest

from edgecv.ondevice import statistics
from edgecv.ondevice.statistics import (
    LOOKING,
    apart,
    early_stopping,
    effective_count,
    half_width,
    interval,
    quantile,
)


def independent(count: int, seed: int = 0) -> np.ndarray:
    return np.exp(0.1 * np.random.default_rng(seed).standard_normal(count))


def following(count: int, seed: int, correlation: float = 0.5) -> np.ndarray:
    """Log-normal samples of which each resembles the one before it."""
    noise = np.random.default_rng(seed).standard_normal(count)
    values = np.empty(count)
    values[0] = noise[0]
    for place in range(1, count):
        values[place] = correlation * values[place - 1] + np.sqrt(1 - correlation**2) * noise[place]
    return np.exp(0.1 * values)


def scattered(count: int) -> np.ndarray:
    """The numbers from 1, so that neighbours have nothing in common."""
    return 1.0 + np.argsort(np.arange(count) * 0.618034 % 1)


@pytest.mark.parametrize(
    ("count", "share", "ranks"),
    [(100, 0.5, (40, 61)), (1000, 0.5, (469, 532)), (100, 0.9, (84, 96)), (1000, 0.9, (881, 919))],
)
def test_the_bounds_of_independent_samples_are_those_of_the_binomial_table_and_a_little_wider(
    count, share, ranks
) -> None:
    low, high = interval(scattered(count), share) or (0, 0)
    assert low <= ranks[0]
    assert high >= ranks[1]
    assert high - low <= 1.15 * (ranks[1] - ranks[0]) + 2


@pytest.mark.parametrize(("share", "least"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_a_quantile_is_given_from_the_least_number_of_samples_that_bound_it(share, least) -> None:
    assert quantile(independent(least - 1), share) is None
    assert quantile(independent(least), share) is not None


def test_there_is_no_interval_for_the_tail_of_a_few_samples() -> None:
    assert interval(scattered(41), 0.9) is None
    assert interval(scattered(42), 0.9) == (33, 42)
    assert half_width(independent(35), 0.9) is None


def test_samples_that_resemble_one_another_count_for_fewer() -> None:
    samples = following(3000, seed=0, correlation=0.9)
    assert 3000 / 19 / 2 < effective_count(samples) < 3000 / 9  # 19 for means; marks of a quantile correlate less
    assert effective_count(independent(3000)) > 0.9 * 3000 / LOOKING


def test_the_count_hardly_changes_where_so_many_samples_are_averaged_first(monkeypatch) -> None:
    samples = following(20_000, 0, 0.97)
    exact = effective_count(samples)
    monkeypatch.setattr(statistics, "MEANS", 5000)
    assert effective_count(samples) == pytest.approx(exact, rel=0.1)


def test_equal_samples_do_not_correlate() -> None:
    assert effective_count(np.full(50, 3.0)) == 50
    assert interval(np.full(50, 3.0), 0.5) == (3, 3)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_the_interval_holds_the_true_p90_as_often_as_it_says_even_of_correlated_samples(correlation) -> None:
    true = np.exp(0.1 * 1.2815516)
    bounds = [interval(following(1000, seed, correlation), 0.9) for seed in range(150)]
    held = np.mean([low <= true <= high for low, high in (each for each in bounds if each)])
    assert held >= 0.93  # benchmarks/coverage.py has more kinds and trials, and the rule for stopping


def test_samples_that_change_slowly_have_an_interval_that_spans_the_change() -> None:
    samples = independent(2000) * np.where(np.arange(2000) < 1000, 1, 1.5)
    assert effective_count(samples) < 50
    low, high = interval(samples, 0.5) or (0, 0)
    assert low < 1.02
    assert high > 1.48


def test_medians_are_apart_when_chance_does_not_explain_it() -> None:
    assert not apart(independent(200, 1), independent(200, 2))
    assert apart(independent(200, 1), 1.1 * independent(200, 2))
    assert apart(np.arange(10.0, 20), np.arange(25.0, 35))  # a slope: no interval, but the ranges do not touch


@pytest.mark.parametrize(("count", "place"), [(64, 1), (100, 3), (1000, 78), (10_000, 930)])
def test_early_stopping_takes_the_sample_that_mlperf_takes(count, place) -> None:
    assert early_stopping(np.arange(count, 0, -1.0), 0.9) == count + 1 - place


def test_early_stopping_says_nothing_of_too_few_samples() -> None:
    assert early_stopping(np.arange(63.0), 0.9) is None
    assert early_stopping(np.arange(661.0), 0.99) is None
    assert early_stopping(np.arange(662.0), 0.99) == 661


def test_early_stopping_is_a_bound_that_p90_seldom_exceeds() -> None:
    true = np.exp(0.1 * 1.2815516)
    bounds = [early_stopping(independent(300, seed), 0.9) or 0 for seed in range(500)]
    assert np.mean([bound >= true for bound in bounds]) >= 0.985
