"""Mean IoU over all pixels of a split, void left out."""

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.metrics import segmentation
from edgecv.metrics.segmentation import Overlaps
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.samples import VOID, Mask

LABELS = ("background", "cat", "never shown")


def scored(predicted: list[np.ndarray], truths: list[np.ndarray]) -> Overlaps:
    masks = [Segmentation(np.asarray(each, np.uint8)) for each in predicted]
    return segmentation.score(masks, [Mask(np.asarray(each, np.uint8)) for each in truths], LABELS)


def test_pixels_of_all_images_are_counted_together() -> None:
    right, wrong = np.array([[0, 1], [1, 1]]), np.array([[1, 1], [1, 1]])
    overlaps = scored([right, wrong], [right, right])
    assert overlaps.per_class("miou") == {"background": 0.5, "cat": pytest.approx(6 / 7), "never shown": None}
    assert overlaps.values["miou"] == pytest.approx((0.5 + 6 / 7) / 2)


def test_void_counts_for_nothing() -> None:
    truth = np.array([[0, 1], [VOID, VOID]])
    assert scored([np.array([[0, 1], [0, 1]])], [truth]).values["miou"] == 1.0


def test_what_the_network_could_not_see_counts_as_missed() -> None:
    truth = np.array([[0, 0], [1, 1]])
    overlaps = scored([np.array([[0, VOID], [1, 1]])], [truth])
    assert overlaps.per_class("miou")["background"] == 0.5


def test_a_wrong_answer_of_a_class_that_is_never_shown_costs_the_true_one() -> None:
    truth = np.array([[0, 0], [1, 1]])
    overlaps = scored([np.array([[0, 2], [1, 1]])], [truth])
    assert overlaps.values["miou"] == 0.75


@pytest.mark.parametrize(
    ("truth", "sentence"),
    [(np.zeros((3, 2)), "expected a mask of the image's size"), (np.full((2, 2), 7), "expected indices below 3")],
    ids=["another size", "an unknown index"],
)
def test_truth_that_does_not_fit_is_refused(truth: np.ndarray, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        scored([np.zeros((2, 2))], [truth])


def test_equal_arms_have_no_drop_whatever_is_drawn() -> None:
    rng = np.random.default_rng(0)
    truths = [rng.integers(0, 2, (8, 8)) for _ in range(30)]
    overlaps = scored([np.where(rng.random((8, 8)) < 0.1, 1 - truth, truth) for truth in truths], truths)
    low, high = overlaps.interval("miou")
    assert low < overlaps.values["miou"] < high
    assert overlaps.drop_interval(overlaps, "miou") == (0.0, 0.0)
