import numpy as np
import pytest

from edgecv.records.samples import VOID, Label, Mask, Values
from edgecv.training.objectives import classification, regression, segmentation

LOGITS = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype(np.float32)


def masks() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 3, (2, 8, 8)).astype(np.uint8)


def encode(pixels: np.ndarray) -> np.ndarray:
    return segmentation.encode([Mask(each) for each in pixels], (8, 8), {})


def test_classification_is_softmax_cross_entropy_of_raw_logits() -> None:
    target = classification.encode([Label(2), Label(0)], (8, 8), {})
    logits = LOGITS[:, 0, 0]
    expected = np.log(np.exp(logits).sum(axis=1)) - logits[[0, 1], [2, 0]]
    assert float(classification.loss(target, {"logits": logits})) == pytest.approx(expected.mean(), rel=1e-5)


def test_top1_counts_the_strongest_logit() -> None:
    logits = np.array([[0.0, 3, 1], [5, 0, 0], [0, 0, 2]], np.float32)
    values, _ = classification.score(np.array([1, 0, 1], np.int32), {"logits": logits})
    assert np.asarray(values).tolist() == [True, True, False]


def test_void_pixels_teach_nothing() -> None:
    pixels = masks()
    pixels[:, :4] = VOID
    target, other_logits = encode(pixels), LOGITS.copy()
    other_logits[:, 0] += 100  # seen by the void rows alone
    first, second = (float(segmentation.loss(target, {"logits": logits})) for logits in (LOGITS, other_logits))
    assert np.isfinite(first)
    assert first == pytest.approx(second)


def test_a_mask_of_nothing_but_void_costs_nothing() -> None:
    assert float(segmentation.loss(encode(np.full((2, 8, 8), VOID, np.uint8)), {"logits": LOGITS})) == 0


def test_a_pixel_of_a_class_costs_as_often_as_the_class_weighs() -> None:
    pixels = masks()
    target, first = encode(pixels), np.where(pixels == 0, np.uint8(0), VOID)
    of_first = float(segmentation.loss(encode(first), {"logits": LOGITS})) * (pixels == 0).mean()
    once, thrice = (
        float(segmentation.loss(target, {"logits": LOGITS}, class_weights=(weight, 1.0, 1.0))) for weight in (1.0, 3.0)
    )
    assert once == pytest.approx(float(segmentation.loss(target, {"logits": LOGITS})))
    assert thrice - once == pytest.approx(2 * of_first, rel=1e-4)


def test_pixels_are_judged_at_full_size_between_half_pixel_centres() -> None:
    ramp = np.zeros((1, 4, 4, 2), np.float32)
    ramp[..., 0], ramp[..., 1] = [-3, -1, 1, 3], 0  # after doubling, class 0 wins right of the middle
    wanted = np.repeat([[1, 1, 1, 1, 0, 0, 0, 0]], 8, axis=0)[None].astype(np.uint8)
    values, weights = segmentation.score(encode(wanted), {"logits": ramp})
    assert np.asarray(values).all()
    assert np.asarray(weights).all()


def test_smoothing_spreads_a_part_of_the_target_over_all_classes() -> None:
    target, logits = np.array([2, 0], np.int32), LOGITS[:, 0, 0]
    soft = 0.9 * np.eye(3)[target] + 0.1 / 3
    log_share = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    found = float(classification.loss(target, {"logits": logits}, label_smoothing=0.1))
    assert found == pytest.approx(-(soft * log_share).sum(axis=1).mean(), rel=1e-5)


def test_an_image_of_a_class_costs_as_often_as_the_class_weighs() -> None:
    target, logits = np.array([2, 0], np.int32), LOGITS[:, 0, 0]
    first, second = (float(classification.loss(target[[i]], {"logits": logits[[i]]})) for i in range(2))
    weighed = float(classification.loss(target, {"logits": logits}, class_weights=(0.5, 1.0, 3.0)))
    assert weighed == pytest.approx((3 * first + 0.5 * second) / 2, rel=1e-5)


UNITS = {"mean": [10.0, -1.0], "std": [5.0, 0.1]}


def test_values_of_any_unit_are_learnt_in_standard_deviations() -> None:
    target = regression.encode([Values(np.array([15.0, -1.0])), Values(np.array([10.0, -0.8]))], (8, 8), UNITS)
    assert target.dtype == np.float32
    assert target.tolist() == [[1.0, 0.0], [0.0, pytest.approx(2.0)]]
    assert float(regression.loss(target, {"values": target})) == 0


def test_a_value_that_is_far_off_pulls_no_harder_than_one_that_is_off() -> None:
    target = np.zeros((1, 1), np.float32)
    near, far, farther = (float(regression.loss(target, {"values": target + off})) for off in (0.5, 3.0, 4.0))
    assert near == pytest.approx(0.125)
    assert farther - far == pytest.approx(1.0)


def test_the_figure_is_the_share_of_the_variance_that_is_explained() -> None:
    target = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    target = (target - target.mean(axis=0)) / target.std(axis=0)
    for share, answers in ((1.0, target), (0.0, np.zeros_like(target)), (0.75, 0.5 * target)):
        values, weights = (np.asarray(each) for each in regression.score(target, {"values": answers}))
        assert (values * weights).sum() / weights.sum() == pytest.approx(share, abs=1e-5)
