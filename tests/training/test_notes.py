import re
from typing import Any

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.regression import Regression
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.recipe import Task, Training
from edgecv.records.samples import VOID, Boxes, Label, Mask, Truth, Values
from edgecv.training.notes import NOTE, Notes, flat, refuse_nan, refuse_nan_in_validation, same_everywhere

LABELS = ("road", "tree")
ROAD, BOTH = np.zeros((2, 2), np.uint8), np.array([[0, 1], [VOID, 0]], np.uint8)
TWO_BOXES = Boxes(np.array([[0, 0, 4, 4], [4, 4, 8, 8.0]]), np.array([0, 1]))


def scores(*values: float) -> Classification:
    return Classification(np.array(values))


def found(*values: float) -> Detection:
    return Detection(np.zeros((len(values), 4)), np.array(values), np.zeros(len(values), np.int64))


def values(*numbers: float) -> Regression:
    return Regression(np.array(numbers))


def test_a_loss_that_is_not_a_number_names_the_step_and_the_cure() -> None:
    training = Training(learning_rate=0.5)
    with pytest.raises(InputError, match=r"in step 8 of epoch 3; lower training.learning_rate \(now 0.5\)"):
        refuse_nan(float("inf"), 2, 7, training)
    with pytest.raises(InputError, match="val_loss is not a number in epoch 3; lower"):
        refuse_nan_in_validation(float("nan"), 2, training)
    refuse_nan(1.0, 2, 7, training)


def test_before_the_first_step_has_moved_anything_no_rate_is_blamed() -> None:
    with pytest.raises(InputError, match=r"the very first step.*look at preprocess\.mean") as refusal:
        refuse_nan(float("nan"), 0, 0, Training())
    assert "learning_rate" not in str(refusal.value)


def test_a_loss_that_does_not_fall_is_noted() -> None:
    assert "the loss did not fall: 2.3 in the first epoch, 2.29 at best" in (
        flat([{"loss": 2.3}, {"loss": 2.29}]) or ""
    )
    assert flat([{"loss": 2.3}, {"loss": 1.0}, {"loss": 2.3}]) is None
    assert flat([{"loss": 2.3}]) is None
    assert flat([{"loss": 0.0056}, {"loss": 0.0056}]) is None  # as pretrained weights may begin


@pytest.mark.parametrize(
    ("task", "answers", "truths", "said"),
    [
        ("classification", [scores(0, 1), scores(0, 1)], [Label(0), Label(1)], "each of 2 .* is taken for 'tree'"),
        ("segmentation", [Segmentation(ROAD)] * 2, [Mask(ROAD), Mask(BOTH)], "every pixel of 2 .* for 'road'"),
        (
            "regression",
            [values(1, 2), values(1.1, 3)],
            [Values(np.array([0, 1])), Values(np.array([9, 6]))],
            "^road: nearly the same answer to each of 2 validation images; try a lower",
        ),
        ("detection", [found(0.2, 0.1), found()], [TWO_BOXES] * 2, "nothing but background .* 4 objects .* is 0.2"),
    ],
)
def test_the_same_answer_everywhere_is_noted(task: Task, answers: Any, truths: list[Truth], said: str) -> None:
    assert re.search(said, same_everywhere(task, answers, truths, LABELS) or "")


@pytest.mark.parametrize(
    ("task", "answers", "truths"),
    [
        ("classification", [scores(0, 1), scores(1, 0)], [Label(0), Label(1)]),
        ("classification", [scores(0, 1), scores(0, 1)], [Label(1), Label(1)]),
        ("segmentation", [Segmentation(BOTH)] * 2, [Mask(ROAD), Mask(BOTH)]),
        ("segmentation", [Segmentation(ROAD)] * 2, [Mask(ROAD), Mask(ROAD)]),
        ("detection", [found(0.6), found()], [TWO_BOXES] * 2),
        ("regression", [values(1, 2), values(1.5, 3)], [Values(np.array([0, 1])), Values(np.array([5, 6]))]),
        ("regression", [values(1, 2), values(1, 3)], [Values(np.array([4, 1])), Values(np.array([4, 6]))]),
        ("detection", [found()], [Boxes(np.zeros((0, 4)), np.zeros(0, np.int64))]),
    ],
)
def test_different_answers_and_an_even_truth_are_no_news(task: Task, answers: Any, truths: list[Truth]) -> None:
    assert same_everywhere(task, answers, truths, LABELS) is None


def test_a_note_is_said_at_once_and_kept_where_it_is_final(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Notes()
    notes.say("perhaps")
    notes.add("surely")
    notes.add(None)
    assert notes.kept == ["surely"]
    assert capsys.readouterr().out.splitlines() == [f"progress: {NOTE}perhaps", f"progress: {NOTE}surely"]
