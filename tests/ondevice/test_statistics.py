"""Quantiles and their intervals, against tables and against samples of known distribution."""

import numpy as np
import pytest

from edgecv.ondevice.statistics import correlation, effective_count, half_width, interval, quantile

CORRELATION = 0.5


def independent(count: int, seed: int = 0) -> np.ndarray:
    return np.exp(0.1 * np.random.default_rng(seed).standard_normal(count))


def following(count: int, seed: int) -> np.ndarray:
    """Log-normal samples of which each resembles the one before it."""
    noise = np.random.default_rng(seed).standard_normal(count)
    values = np.empty(count)
    values[0] = noise[0]
    for place in range(1, count):
        values[place] = CORRELATION * values[place - 1] + np.sqrt(1 - CORRELATION**2) * noise[place]
    return np.exp(0.1 * values)


@pytest.mark.parametrize(
    ("count", "share", "ranks"),
    [(100, 0.5, (40, 61)), (1000, 0.5, (469, 532)), (100, 0.9, (84, 96)), (1000, 0.9, (881, 919))],
)
def test_the_bounds_of_independent_samples_are_those_of_the_binomial_table(count, share, ranks) -> None:
    samples = np.empty(count)  # small and large in turn, so that none resembles the one before it
    samples[::2], samples[1::2] = np.arange(1, count // 2 + 1), np.arange(count, count // 2, -1)
    assert interval(samples, share) == ranks


@pytest.mark.parametrize(("share", "least"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_a_quantile_is_given_from_the_least_number_of_samples_that_bound_it(share, least) -> None:
    assert quantile(independent(least - 1), share) is None
    assert quantile(independent(least), share) is not None


def test_there_is_no_interval_for_the_tail_of_a_few_samples() -> None:
    assert interval(independent(35), 0.9) is None
    assert half_width(independent(35), 0.9) is None


def test_samples_that_resemble_one_another_count_for_fewer() -> None:
    samples = following(3000, seed=0)
    assert correlation(samples) == pytest.approx(CORRELATION, abs=0.05)
    assert effective_count(samples) == pytest.approx(len(samples) / 3, rel=0.15)
    assert effective_count(independent(3000)) > 2700


def test_equal_samples_do_not_correlate() -> None:
    assert correlation(np.full(50, 3.0)) == 0
    assert effective_count(np.full(50, 3.0)) == 50


def test_the_interval_holds_the_true_p90_as_often_as_it_says_even_of_correlated_samples() -> None:
    true = np.exp(0.1 * 1.2815516)
    bounds = [interval(following(500, seed), 0.9) for seed in range(150)]
    held = np.mean([low <= true <= high for low, high in (each for each in bounds if each)])
    assert held >= 0.93  # 0.95 wished for, less what 150 trials leave open
