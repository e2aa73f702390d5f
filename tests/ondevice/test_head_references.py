"""Every head decodes random outputs as a plain loop over cells does, however slowly."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.ondevice.heads import HEADS
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES

SIZE = (50, 70)  # no multiple of a stride: the last cells of a row and a column reach beyond the picture
CLASSES = 3
Found = tuple[float, int, list[float]]  # score, label index, box

SETTINGS: dict[str, dict[str, Any]] = {
    "anchor_free": {"strides": [8, 16]},
    "yolo": {"levels": [{"stride": 16, "anchors": [[20.0, 30.0], [40.0, 24.0]]}, {"stride": 8, "anchors": [[9, 12]]}]},
    "yolov1": {"stride": 16, "boxes_per_cell": 2},
    "ssd": {"strides": [16, 32], "sides": [10.0, 20.0, 35.0], "aspect_ratios": [2.0, 3.0]},
}
LEARNABLE = sorted(SETTINGS)


def block(head: str, threshold: float) -> dict[str, Any]:
    return {"head": head, **SETTINGS[head], "score_threshold": threshold}


def shapes(head: str, classes: int = CLASSES) -> dict[str, tuple[int, ...]]:
    """The shape of every output of a network with this head."""
    found: dict[str, tuple[int, ...]] = {}
    for name, output in HEADS[head].outputs(block(head, 0), classes).items():
        stride = int(name.rpartition("_")[2]) if "_" in name else SETTINGS[head]["stride"]
        found[name] = (1, math.ceil(SIZE[0] / stride), math.ceil(SIZE[1] / stride), output.shape[-1] or 0)
    return found


def random_outputs(head: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes(head).items()}


def cells_of(output: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    for row in range(output.shape[1]):
        for column in range(output.shape[2]):
            yield row, column, output[0, row, column].astype(np.float64)


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def corners(x: float, y: float, width: float, height: float) -> list[float]:
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def anchor_free(outputs: Mapping[str, np.ndarray]) -> Iterator[Found]:
    for stride in SETTINGS["anchor_free"]["strides"]:
        for row, column, logits in cells_of(outputs[f"cls_{stride}"]):
            left, top, right, bottom = np.exp(outputs[f"box_{stride}"][0, row, column].astype(np.float64)) * stride
            x, y = (column + 0.5) * stride, (row + 0.5) * stride
            for index, logit in enumerate(logits):
                yield sigmoid(logit), index, [x - left, y - top, x + right, y + bottom]


def yolo(outputs: Mapping[str, np.ndarray]) -> Iterator[Found]:
    for level in SETTINGS["yolo"]["levels"]:
        stride = level["stride"]
        for row, column, chances in cells_of(outputs[f"obj_{stride}"]):
            boxes = outputs[f"box_{stride}"][0, row, column].reshape(-1, 4).astype(np.float64)
            classes = outputs[f"cls_{stride}"][0, row, column].reshape(-1, CLASSES).astype(np.float64)
            for (width, height), chance, raw, logits in zip(level["anchors"], chances, boxes, classes, strict=True):
                x = (column + 2 * sigmoid(raw[0]) - 0.5) * stride
                y = (row + 2 * sigmoid(raw[1]) - 0.5) * stride
                box = corners(x, y, width * math.exp(raw[2]), height * math.exp(raw[3]))
                for index, logit in enumerate(logits):
                    yield sigmoid(chance) * sigmoid(logit), index, box


def yolov1(outputs: Mapping[str, np.ndarray]) -> Iterator[Found]:
    height, width = SIZE
    for row, column, numbers in cells_of(outputs["grid"]):
        for x, y, root_w, root_h, confidence in numbers[:10].reshape(2, 5):
            sides = min(max(root_w, 0), 1) ** 2 * width, min(max(root_h, 0), 1) ** 2 * height
            box = corners((column + x) * 16, (row + y) * 16, *sides)
            for index, chance in enumerate(numbers[10:]):
                yield min(max(confidence, 0), 1) * min(max(chance, 0), 1), index, box


def ssd(outputs: Mapping[str, np.ndarray]) -> Iterator[Found]:
    sides = SETTINGS["ssd"]["sides"]
    for position, stride in enumerate(SETTINGS["ssd"]["strides"]):
        side, between = sides[position], math.sqrt(sides[position] * sides[position + 1])
        lying = [(side * math.sqrt(ratio), side / math.sqrt(ratio)) for ratio in (2.0, 3.0)]
        priors = [(side, side), (between, between), *lying, *((height, width) for width, height in lying)]
        for row, column, logits in cells_of(outputs[f"cls_{stride}"]):
            raw = outputs[f"box_{stride}"][0, row, column].reshape(-1, 4).astype(np.float64)
            for (width, height), move, powers in zip(priors, raw, np.exp(logits.reshape(-1, 4)), strict=True):
                x, y = (column + 0.5) * stride + 0.1 * move[0] * width, (row + 0.5) * stride + 0.1 * move[1] * height
                box = corners(x, y, width * math.exp(0.2 * move[2]), height * math.exp(0.2 * move[3]))
                for index, power in enumerate(powers[1:]):
                    yield power / powers.sum(), index, box


REFERENCES = {"anchor_free": anchor_free, "yolo": yolo, "yolov1": yolov1, "ssd": ssd}


@pytest.mark.parametrize("threshold", [0.05, 0.4])
@pytest.mark.parametrize("head", LEARNABLE)
def test_decoding_equals_a_loop_over_cells(head: str, threshold: float) -> None:
    outputs = random_outputs(head)
    expected = sorted((each for each in REFERENCES[head](outputs) if each[0] > threshold), key=lambda each: -each[0])
    found = HEADS[head].decode(outputs, block(head, threshold), SIZE)
    assert len(found.scores) == len(expected) > 5
    np.testing.assert_allclose(found.scores, [score for score, _, _ in expected], rtol=1e-5)
    assert found.indices.tolist() == [index for _, index, _ in expected]
    np.testing.assert_allclose(found.boxes, [box for _, _, box in expected], rtol=1e-4, atol=1e-3)
    assert found.boxes.dtype == found.scores.dtype == np.float32


@pytest.mark.parametrize("head", LEARNABLE)
def test_extreme_outputs_stay_finite_and_quiet(head: str) -> None:
    rng, levels = np.random.default_rng(1), np.array([-300, 0, 300], np.float32)
    extreme = {name: rng.choice(levels, shape) for name, shape in shapes(head).items()}
    found = HEADS[head].decode(extreme, block(head, 0.1), SIZE)
    assert len(found.scores)
    assert np.isfinite(found.boxes).all()
    assert (found.scores <= 1).all()


@pytest.mark.parametrize("head", LEARNABLE)
def test_a_threshold_of_one_leaves_nothing(head: str) -> None:
    found = HEADS[head].decode(random_outputs(head), block(head, 1.0), SIZE)
    assert found.boxes.shape == (0, 4)
    assert len(found.scores) == len(found.indices) == 0


@pytest.mark.parametrize("head", LEARNABLE)
def test_only_the_strongest_candidates_go_on(head: str) -> None:
    rng = np.random.default_rng(2)
    large = {name: rng.uniform(0.1, 1, shape) for name, shape in shapes(head, 400).items()}
    found = HEADS[head].decode(large, block(head, 0.0), SIZE)
    assert len(found.scores) == MOST_CANDIDATES
    assert (np.diff(found.scores) <= 0).all()


MISTAKES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a stride twice": ("anchor_free", {"strides": [8, 8]}, "strides: expected different numbers above 0, got"),
    "no levels": ("yolo", {"levels": []}, "levels: stride: expected different numbers above 0, got"),
    "no anchors": ("yolo", {"levels": [{"stride": 8, "anchors": []}]}, "levels: anchors: expected widths and heights"),
    "a flat anchor": ("yolo", {"levels": [{"stride": 8, "anchors": [[4, 0]]}]}, "levels: anchors: expected widths"),
    "no stride": ("yolov1", {"stride": 0}, "stride: expected a number above 0, got '0'"),
    "no boxes": ("yolov1", {"boxes_per_cell": 0}, "boxes_per_cell: expected a number above 0, got '0'"),
    "sides": ("ssd", {"sides": [10, 20]}, "sides: expected 3 numbers above 0, one a stride and one more, got"),
    "a ratio below one": ("ssd", {"aspect_ratios": [0.5]}, "aspect_ratios: expected numbers above 1, got"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_settings_that_make_no_sense_are_refused_by_their_field(case: str) -> None:
    head, wrong, message = MISTAKES[case]
    with pytest.raises(InputError) as error:
        HEADS[head].outputs({**block(head, 0.5), **wrong}, CLASSES)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("head", LEARNABLE)
def test_outputs_on_another_grid_are_refused(head: str) -> None:
    with pytest.raises(InputError, match="expected a grid of"):
        HEADS[head].decode(random_outputs(head), block(head, 0.5), (96, 96))
