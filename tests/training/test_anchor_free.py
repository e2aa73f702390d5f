from typing import Any

import keras
import numpy as np
import pytest

from edgecv.ondevice.heads import anchor_free as ondevice
from edgecv.records.samples import Boxes
from edgecv.training.heads import anchor_free

SIZE = (64, 96)
POSTPROCESS = {"head": "anchor_free", "strides": [8], "score_threshold": 0.5, "nms_iou": 0.6, "max_detections": 300}
BOXES = np.array([[10, 12, 50, 44], [60, 8, 90, 60], [3, 50, 17, 61]], np.float32)
TRUTH = Boxes(BOXES, np.array([1, 0, 2]))


def encode(*truths: Boxes) -> dict[str, np.ndarray]:
    return anchor_free.encode(truths, SIZE, POSTPROCESS)


def perfect_outputs(target: dict[str, np.ndarray], classes: int = 3) -> dict[str, np.ndarray]:
    certain = np.where(target["indices"][..., None] == np.arange(classes), 9.0, -9.0)
    return {"cls": certain.astype(np.float32), "box": np.log(target["distances"])}


def loss(target: dict[str, np.ndarray], outputs: dict[str, np.ndarray]) -> float:
    tensors: Any = {name: keras.ops.convert_to_tensor(array) for name, array in outputs.items()}
    return float(anchor_free.loss(target, tensors))


def test_the_board_decodes_perfect_outputs_to_the_very_boxes() -> None:
    candidates = ondevice.decode(perfect_outputs(encode(TRUTH)), POSTPROCESS, SIZE)
    assert set(candidates.indices.tolist()) == {0, 1, 2}
    for box, index in zip(candidates.boxes, candidates.indices, strict=True):
        np.testing.assert_allclose(box, BOXES[TRUTH.indices == index][0], atol=1e-3)


def test_only_cells_near_the_centre_of_an_object_learn_it() -> None:
    indices = encode(TRUTH)["indices"][0]
    rows, columns = np.nonzero(indices == 1)
    centres = np.stack([columns + 0.5, rows + 0.5], axis=1) * 8
    assert len(centres) == 9
    assert (np.abs(centres - [30, 28]) < 1.5 * 8).all()


def test_of_two_objects_the_nearer_centre_gets_the_cell() -> None:
    large, small = [0, 0, 64, 64], [20, 20, 36, 36]
    indices = encode(Boxes(np.array([large, small], np.float32), np.array([0, 1])))["indices"][0]
    assert indices[3, 3] == 1  # its centre is the small one's, and in both
    assert indices[4, 4] == 0


def test_an_object_smaller_than_a_cell_is_learnt_by_the_cell_it_lies_in() -> None:
    target = encode(Boxes(np.array([[41, 17, 43, 19]], np.float32), np.array([2])))
    assert np.argwhere(target["indices"][0] == 2).tolist() == [[2, 5]]
    assert (target["distances"] > 0).all()


def test_an_image_without_objects_teaches_background() -> None:
    target = encode(Boxes(np.zeros((0, 4), np.float32), np.zeros(0, np.int64)))
    assert (target["indices"] == -1).all()
    assert 0 <= loss(target, perfect_outputs(target)) < 1e-3


def test_perfect_outputs_cost_nothing_and_each_mistake_costs() -> None:
    target = encode(TRUTH)
    right = perfect_outputs(target)
    missed = {**right, "cls": np.full_like(right["cls"], -9)}
    invented = {**right, "cls": np.full_like(right["cls"], 9)}
    too_large = {**right, "box": right["box"] + 0.7}
    assert loss(target, right) == pytest.approx(0, abs=1e-3)
    assert all(loss(target, wrong) > 0.1 for wrong in (missed, invented, too_large))


def test_a_class_is_expected_to_be_as_certain_as_its_box_is_good() -> None:
    target = encode(TRUTH)
    half = perfect_outputs(target)
    half["box"] = half["box"] + np.log(np.sqrt(2)).astype(np.float32)  # twice the area: an IoU of one half
    at_half = {**half, "cls": np.where(half["cls"] > 0, 0.0, -9.0).astype(np.float32)}  # sigmoid(0) is one half
    assert loss(target, at_half) < loss(target, half)


def test_the_score_is_the_iou_of_cells_with_an_object() -> None:
    target = encode(TRUTH)
    outputs = perfect_outputs(target)
    outputs["box"] = outputs["box"] + np.log(np.sqrt(2)).astype(np.float32)
    values, weights = (np.asarray(each) for each in anchor_free.score(target, outputs))
    assert values[weights] == pytest.approx(0.5, abs=1e-5)
    assert (weights == (target["indices"] >= 0).ravel()).all()
