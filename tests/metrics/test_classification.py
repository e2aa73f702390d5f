"""Top-1, and its drop from the answers that changed."""

import numpy as np
import pytest

from edgecv.metrics import classification
from edgecv.metrics.classification import Answers
from edgecv.ondevice.tasks.classification import Classification
from edgecv.records.samples import Label

LABELS = ("cat", "dog", "never shown")


def answered(answers: list[int], truth: list[int]) -> Answers:
    predictions = [Classification(np.eye(3)[answer]) for answer in answers]
    return classification.score(predictions, [Label(index) for index in truth], LABELS)


def test_top1_is_the_share_of_right_answers() -> None:
    scored = answered([0, 0, 1, 2], [0, 1, 1, 1])
    assert scored.values == {"top1": 0.5}
    assert scored.per_class("top1") == {"cat": 1.0, "dog": pytest.approx(1 / 3), "never shown": None}


def test_the_interval_of_a_perfect_score_still_has_a_width() -> None:
    low, high = answered([0] * 50, [0] * 50).interval("top1")
    assert low < 0.95
    assert high == pytest.approx(1.0)


def test_a_drop_is_positive_where_right_answers_were_lost() -> None:
    reference, arm = answered([0] * 400, [0] * 400), answered([0] * 360 + [1] * 40, [0] * 400)
    low, high = arm.drop_interval(reference, "top1")
    assert 0.05 < low < 0.1 < high < 0.15


def test_equal_arms_have_an_interval_around_zero_that_narrows_with_the_images() -> None:
    few, many = (answered([0] * n, [0] * n) for n in (100, 1000))
    assert few.drop_interval(few, "top1") == pytest.approx((-0.0192, 0.0192), abs=1e-4)
    assert many.drop_interval(many, "top1")[1] < 0.002
