"""Intervals that hold what 95 % promises, by simulation."""

import numpy as np
import pytest

from edgecv.metrics.intervals import Interval, bootstrap, of_paired_drop, of_share


@pytest.mark.parametrize(("lost", "gained", "n"), [(0.01, 0.003, 360), (0.04, 0.02, 200), (0.002, 0.001, 1000)])
def test_the_interval_of_a_paired_drop_covers_the_true_drop(lost: float, gained: float, n: int) -> None:
    rng = np.random.default_rng(0)
    tables = rng.multinomial(n, [lost, gained, 1 - lost - gained], 2000)
    intervals = np.array([of_paired_drop(int(b), int(c), n) for b, c, _ in tables])
    covered = (intervals[:, 0] <= lost - gained) & (lost - gained <= intervals[:, 1])
    assert covered.mean() >= 0.94  # 2000 tables know a coverage of 0.95 to 0.01


@pytest.mark.parametrize(("share", "n"), [(0.72, 200), (0.97, 360)])
def test_the_interval_of_a_share_covers_the_true_share(share: float, n: int) -> None:
    hits = np.random.default_rng(0).binomial(n, share, 2000)
    intervals = np.array([of_share(int(each), n) for each in hits])
    covered = (intervals[:, 0] <= share) & (share <= intervals[:, 1])
    assert 0.93 <= covered.mean() <= 0.98


def test_the_bootstrap_covers_a_ratio_of_sums() -> None:
    """As mIoU is one: pixels in both over pixels in either, summed over images that differ in size."""
    rng, images = np.random.default_rng(0), 80

    def interval() -> Interval:
        either = rng.uniform(50, 500, images)
        both = either * rng.beta(8, 2, images)
        return bootstrap(lambda drawn: (drawn @ both) / (drawn @ either), images)

    covered = [low <= 0.8 <= high for low, high in (interval() for _ in range(200))]
    assert 0.90 <= np.mean(covered) <= 0.99  # 200 rounds know a coverage of 0.95 to 0.03


def test_equal_seeds_draw_equal_intervals() -> None:
    values = np.random.default_rng(0).normal(size=50)
    figure = lambda drawn: drawn @ values  # noqa: E731
    assert bootstrap(figure, 50) == bootstrap(figure, 50)
    assert bootstrap(figure, 50) != bootstrap(figure, 50, seed=1)
