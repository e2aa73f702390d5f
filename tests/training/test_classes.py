import math

import numpy as np
import pytest

from edgecv.records.recipe import Training
from edgecv.records.samples import VOID, Boxes, Label, Mask, Samples, Truth, Values
from edgecv.training.classes import absent, occurrences, settings_of, weights_of

MASK = np.array([[0, 0, 2], [VOID, 2, 2]], np.uint8)


def samples(*truths: Truth, labels: tuple[str, ...] = ("ant", "bee", "cow")) -> Samples:
    names = tuple(map(str, range(len(truths))))
    return Samples(labels, "", names, image=lambda _: np.zeros((2, 3, 3), np.uint8), truth=truths.__getitem__)


@pytest.mark.parametrize(
    ("truths", "counts"),
    [
        ([Label(2), Label(0), Label(2)], [1, 0, 2]),
        ([Boxes(np.zeros((0, 4)), np.zeros(0, np.int64)), Boxes(np.zeros((2, 4)), np.array([1, 1]))], [0, 2, 0]),
        ([Mask(MASK), Mask(MASK)], [4, 0, 6]),
        ([Values(np.zeros(3)), Values(np.zeros(3))], [2, 2, 2]),
    ],
    ids=["images", "objects", "pixels without void", "values"],
)
def test_classes_are_counted(truths: list[Truth], counts: list[int]) -> None:
    assert occurrences(samples(*truths)).tolist() == counts


def test_absent_classes_are_named_with_what_follows() -> None:
    note = absent("training", ("ant", "bee"), np.array([1, 0]))
    assert note == "the training split holds nothing of 'bee': that cannot be learnt"
    note = absent("validation", tuple("abcdefgh"), np.array([1, 0, 0, 0, 0, 0, 0, 0]))
    assert note == (
        "the validation split holds nothing of 'b', 'c', 'd', 'e', 'f' and 2 more: its figures say nothing about that"
    )
    assert absent("training", ("ant", "bee"), np.array([1, 1])) is None
    note = absent("training", ("ant", "bee"), np.array([0, 0]))  # no object in any picture, or nothing but void
    assert note == "the training split holds nothing of 'ant', 'bee': that cannot be learnt"


@pytest.mark.parametrize("scheme", ["balanced", "log"])
def test_rare_classes_weigh_more_and_the_average_weight_is_one(scheme: str) -> None:
    counts = np.array([10, 30, 0, 60])
    weights = np.array(weights_of(scheme, counts))
    assert weights[0] > weights[1] > weights[3]
    assert weights[2] == 0
    assert (weights * counts).sum() / counts.sum() == pytest.approx(1)


def test_weights_follow_their_formula() -> None:
    assert weights_of("balanced", np.array([1, 3])) == pytest.approx((2, 2 / 3))
    common, rare = weights_of("log", np.array([99, 1]))
    assert rare / common == pytest.approx(math.log(1.1 + 0.99) / math.log(1.1 + 0.01))


@pytest.mark.parametrize("scheme", ["balanced", "log"])
def test_where_nothing_occurs_nothing_weighs(scheme: str) -> None:
    assert weights_of(scheme, np.array([0, 0])) == (0, 0)


def test_a_loss_is_given_what_the_recipe_asks_for_and_its_task_knows() -> None:
    asked, counts = Training(class_weights="balanced", label_smoothing=0.1), np.array([5, 5])
    assert settings_of("classification", Training(), counts) == {}
    assert settings_of("classification", asked, counts) == {"class_weights": (1, 1), "label_smoothing": 0.1}
    assert settings_of("segmentation", asked, counts) == {"class_weights": (1, 1)}
