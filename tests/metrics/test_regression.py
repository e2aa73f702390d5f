"""Errors of values in their own units, and the share of their variance that is explained."""

import numpy as np
import pytest

from edgecv.metrics import METRICS, regression
from edgecv.metrics.regression import Errors
from edgecv.ondevice.tasks.regression import Regression
from edgecv.records.recipe import METRICS_OF
from edgecv.records.samples import Values

RNG = np.random.default_rng(0)
TRUTH = RNG.normal([0, 50], [20, 0.5], (80, 2))


def scored(answers: np.ndarray, truth: np.ndarray = TRUTH) -> Errors:
    return regression.score([Regression(each) for each in answers], [Values(each) for each in truth], ("yaw", "size"))


def test_errors_are_in_the_units_of_their_values() -> None:
    found = scored(TRUTH + np.array([2.0, -0.25]))
    assert found.values["mae"] == pytest.approx(1.125)
    assert found.per_class("mae") == {"yaw": pytest.approx(2.0), "size": pytest.approx(0.25)}
    assert METRICS["regression"].missing() is None


def test_r2_is_1_for_the_truth_and_0_for_its_mean() -> None:
    assert scored(TRUTH).values["r2"] == 1.0
    mean = np.broadcast_to(TRUTH.mean(axis=0), TRUTH.shape)
    assert scored(mean).values["r2"] == pytest.approx(0, abs=1e-9)
    half = scored(np.stack([TRUTH[:, 0], mean[:, 1]], axis=1))
    assert half.per_class("r2") == {"yaw": 1.0, "size": pytest.approx(0, abs=1e-9)}
    assert half.values["r2"] == pytest.approx(0.5)


def test_a_value_that_is_always_the_same_has_no_r2() -> None:
    constant = np.stack([TRUTH[:, 0], np.full(80, 7.0)], axis=1)
    found = scored(constant + 1.0, constant)
    assert found.per_class("r2")["size"] is None
    assert found.per_class("mae")["size"] == pytest.approx(1.0)
    assert found.values["r2"] == found.per_class("r2")["yaw"]


@pytest.mark.parametrize("metric", METRICS_OF["regression"])
def test_what_is_worse_is_a_drop_above_zero_whichever_way_the_metric_counts(metric: str) -> None:
    noise = RNG.normal(0, [4, 0.1], TRUTH.shape)
    reference, worse = scored(TRUTH + noise), scored(TRUTH + 1.3 * noise)
    low, high = worse.drop_interval(reference, metric)
    assert 0 < low < abs(reference.values[metric] - worse.values[metric]) < high
    assert list(reference.drop_interval(worse, metric)) == pytest.approx([-high, -low])
    assert reference.drop_interval(reference, metric) == (0.0, 0.0)


@pytest.mark.parametrize("metric", METRICS_OF["regression"])
def test_the_interval_holds_the_value_and_narrows_with_more_images(metric: str) -> None:
    def width(images: int) -> float:
        rng = np.random.default_rng(1)
        truth = rng.normal([0, 50], [20, 0.5], (images, 2))
        found = scored(truth + rng.normal(0, [4, 0.1], truth.shape), truth)
        low, high = found.interval(metric)
        assert low < found.values[metric] < high
        return high - low

    assert width(400) < 0.7 * width(100)
