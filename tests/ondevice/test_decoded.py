"""The head of networks that were trained elsewhere: whatever is said of its channels, the same boxes come out."""

from typing import Any

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.ondevice.heads import HEADS
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES

SIZE = (100, 200)  # height, width
BOX = np.array([20, 10, 60, 40], np.float32)  # x0, y0, x1, y1 of the second candidate
SAME = {  # the same box, as each format writes it
    "xyxy": [20, 10, 60, 40],
    "yxyx": [10, 20, 40, 60],
    "xywh": [20, 10, 40, 30],
    "center_xywh": [40, 25, 40, 30],
}
decode, outputs_of = HEADS["decoded"].decode, HEADS["decoded"].outputs


def settings(
    boxes: dict[str, Any] | None = None, scores: dict[str, Any] | None = None, **others: Any
) -> dict[str, Any]:
    return {
        "head": "decoded",
        "boxes": {"output": "boxes", "format": "xyxy", "unit": "pixels", "channels": None, **(boxes or {})},
        "scores": {
            "output": "scores",
            "activation": "none",
            "channels": None,
            "background": "none",
            "objectness": None,
            **(scores or {}),
        },
        "order": "candidates_first",
        "score_threshold": 0.25,
        **others,
    }


def two_outputs() -> dict[str, np.ndarray]:
    boxes = np.zeros((1, 3, 4), np.float32)
    boxes[0, 1] = BOX
    scores = np.array([[[0.1, 0.1], [0.2, 0.9], [0.0, 0.2]]], np.float32)
    return {"boxes": boxes, "scores": scores}


def logit(score: np.ndarray) -> np.ndarray:
    logits: np.ndarray = np.log(score / (1 - score))
    return logits


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("unit", ["pixels", "share"])
def test_every_format_gives_the_same_box(name: str, unit: str) -> None:
    outputs = two_outputs()
    numbers = np.array(SAME[name], np.float32)
    sides = np.array([100, 200, 100, 200] if name == "yxyx" else [200, 100, 200, 100], np.float32)
    outputs["boxes"][0, 1] = numbers / sides if unit == "share" else numbers
    found = decode(outputs, settings({"format": name, "unit": unit}), SIZE)
    np.testing.assert_allclose(found.boxes, [BOX], rtol=1e-6)
    np.testing.assert_allclose(found.scores, [0.9])
    assert found.indices.tolist() == [1]
    assert found.boxes.dtype == found.scores.dtype == np.float32


def test_one_output_with_channels_first_is_read_by_its_channels() -> None:
    outputs = two_outputs()
    together = np.concatenate([outputs["boxes"], outputs["scores"]], axis=2).transpose(0, 2, 1)
    said = settings(
        {"output": "out", "channels": [0, 3]}, {"output": "out", "channels": [4, 5]}, order="channels_first"
    )
    found = decode({"out": together}, said, SIZE)
    np.testing.assert_allclose(found.boxes, [BOX])
    assert found.indices.tolist() == [1]


def test_sigmoid_is_applied_where_the_network_gives_logits() -> None:
    outputs = two_outputs()
    outputs["scores"] = logit(outputs["scores"].clip(0.01, 0.99))
    found = decode(outputs, settings(scores={"activation": "sigmoid"}), SIZE)
    np.testing.assert_allclose(found.scores, [0.9], rtol=1e-5)


@pytest.mark.parametrize("background", ["first", "last"])
def test_softmax_counts_the_background_and_leaves_it_out(background: str) -> None:
    outputs = two_outputs()
    shares = np.array([[[0.9, 0.05, 0.05], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3]]], np.float32)
    logits = np.log(shares) + 5  # softmax does not see what is added to all
    outputs["scores"] = logits if background == "first" else np.roll(logits, -1, axis=2)
    found = decode(outputs, settings(scores={"activation": "softmax", "background": background}), SIZE)
    np.testing.assert_allclose(found.scores, [0.7, 0.3, 0.3], rtol=1e-5)
    assert found.indices.tolist() == [1, 0, 1]


@pytest.mark.parametrize("activation", ["none", "sigmoid"])
def test_every_score_is_multiplied_by_its_objectness(activation: str) -> None:
    outputs = two_outputs()
    outputs["scores"][0, 2, 1] = 0.27  # above the threshold, as its objectness is, but not both together
    objectness = np.array([[[0.9], [0.5], [0.9]]], np.float32)
    outputs["scores"] = np.concatenate([objectness, outputs["scores"].clip(0.01, 0.99)], axis=2)
    if activation == "sigmoid":
        outputs["scores"] = logit(outputs["scores"])
    found = decode(outputs, settings(scores={"activation": activation, "objectness": 0, "channels": [1, 2]}), SIZE)
    np.testing.assert_allclose(found.scores, [0.45], rtol=1e-5)


def test_the_threshold_is_exact_and_the_best_comes_first() -> None:
    outputs = {
        "boxes": np.zeros((1, 4, 4), np.float32),
        "scores": np.array([[[0.24], [0.26], [0.9], [0.25]]], np.float32),
    }
    assert decode(outputs, settings(), SIZE).scores.tolist() == pytest.approx([0.9, 0.26])
    assert len(decode(outputs, settings(score_threshold=1.0), SIZE).scores) == 0


def test_only_the_strongest_candidates_go_on() -> None:
    scores = np.random.default_rng(0).random((1, 1000, 10), np.float32)
    found = decode({"boxes": np.zeros((1, 1000, 4), np.float32), "scores": scores}, settings(), SIZE)
    np.testing.assert_array_equal(found.scores, np.sort(scores.reshape(-1))[::-1][:MOST_CANDIDATES])


def test_extreme_outputs_stay_finite() -> None:
    outputs = {"boxes": np.zeros((1, 2, 4), np.float32), "scores": np.full((1, 2, 2), 1e4, np.float32)}
    for activation in ("sigmoid", "softmax"):
        found = decode(outputs, settings(scores={"activation": activation}), SIZE)
        assert np.isfinite(found.scores).all()
        assert len(found.scores) == 4


def test_the_shapes_that_a_network_has_to_give_follow_from_the_channels() -> None:
    separate = outputs_of(settings(scores={"background": "last"}), 5)
    assert separate["boxes"].fits((1, 900, 4))
    assert not separate["boxes"].fits((1, 900, 5))
    assert separate["scores"].fits((1, 900, 6))
    assert not separate["scores"].fits((1, 900, 5))
    shared = settings(
        {"output": "out", "channels": [0, 3]},
        {"output": "out", "channels": [5, 84], "objectness": 4},
        order="channels_first",
    )
    together = outputs_of(shared, 80)["out"]
    assert together.fits((1, 85, 900))
    assert together.fits((1, 117, 900))  # further channels are nobody's
    assert not together.fits((1, 84, 900))
    assert str(together) == "(1, 85, any)"


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "boxes of five": ({"channels": [0, 4]}, {}, "boxes.channels: expected the first and the last of 4 channels"),
    "too few classes": ({}, {"channels": [0, 3]}, "of 5 channels, one a label, got"),
    "background forgotten": (
        {},
        {"channels": [0, 4], "background": "first"},
        "of 6 channels, one a label and the background",
    ),
    "one output without channels": ({"output": "scores"}, {}, "boxes.channels: missing"),
    "scores in the box": (
        {"output": "scores", "channels": [0, 3]},
        {"channels": [3, 7]},
        "scores.channels: expected others",
    ),
    "objectness without channels": ({}, {"objectness": 4}, "scores.channels: missing"),
    "objectness in the classes": ({}, {"channels": [1, 5], "objectness": 1}, "scores.objectness: expected a channel"),
}


@pytest.mark.parametrize("case", WRONG)
def test_channels_that_make_no_sense_are_refused_by_their_field(case: str) -> None:
    boxes, scores, message = WRONG[case]
    with pytest.raises(InputError) as error:
        outputs_of(settings(boxes, scores), 5)
    assert message in str(error.value)


def test_an_output_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="expected 'scores', got boxes"):
        decode({"boxes": two_outputs()["boxes"]}, settings(), SIZE)
