"""Assignment and loss of YOLOv1: the cell in which an object's centre lies learns it, and nothing else does.

As published: squared errors throughout, those of the box times 5, those of the confidence where no object is times 0.5;
of a cell's boxes, the one that fits best at this moment is responsible, and its confidence is to be its IoU. A cell
learns one object, the one whose centre is nearest to the cell's own. Two things differ: the sum is taken per object and
not per picture, and before anything fits the confidence is held a little above zero.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from edgecv.ondevice.heads.grids import grid_of
from edgecv.records.samples import Boxes, Truth
from edgecv.training.heads.overlaps import overlaps

FIGURE = "box_iou"  # mean over the responsible boxes

BOX_WEIGHT = 5.0
NO_OBJECT_WEIGHT = 0.5
LOWEST_CONFIDENCE = 0.05


def encode(truths: Sequence[Truth], size: tuple[int, int], postprocess: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """For each cell: `indices` of its object's class, -1 for none, and `boxes`, what each of its boxes is to say.

    `cells` are the sides of a cell as shares of the picture's: the IoU asks for centres and sides in one unit.
    """
    stride, count = postprocess["stride"], postprocess["boxes_per_cell"]
    learnt = [_assign(truth, size, stride) for truth in truths if isinstance(truth, Boxes)]
    boxes = np.stack([boxes for _, boxes in learnt])
    cell = np.array([stride / size[1], stride / size[0]], np.float32)
    return {
        "indices": np.stack([indices for indices, _ in learnt]),
        "boxes": np.repeat(boxes[..., np.newaxis, :], count, axis=-2),
        "cells": np.tile(cell, (len(learnt), 1)),
    }


def _assign(truth: Boxes, size: tuple[int, int], stride: int) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = grid_of(size, stride)
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / (2 * stride)
    cells = np.minimum(centres.astype(np.int64), [columns - 1, rows - 1])  # a centre may lie on the picture's very edge
    within = centres - cells
    nearest_last = np.argsort(-((within - 0.5) ** 2).sum(axis=1), kind="stable")  # the last one written stays
    x, y = cells[nearest_last].T

    indices = np.full((rows, columns), -1, np.int32)
    boxes = np.zeros((rows, columns, 4), np.float32)
    roots = np.sqrt((truth.boxes[:, 2:] - truth.boxes[:, :2]) / np.array(size[::-1], np.float32))
    indices[y, x] = truth.indices[nearest_last]
    boxes[y, x] = np.concatenate([within, roots], axis=1)[nearest_last]
    return indices, boxes


def loss(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    boxes, confidence, chances = _parts(target, outputs)
    has_object = ops.cast(target["indices"] >= 0, "float32")
    iou, responsible = _responsible(target, boxes)

    off = ops.sum(ops.square(boxes - target["boxes"]), axis=-1)
    box_loss = ops.sum(off * responsible)
    wanted = ops.stop_gradient(ops.maximum(iou, LOWEST_CONFIDENCE)) * responsible
    weights = NO_OBJECT_WEIGHT + (1 - NO_OBJECT_WEIGHT) * responsible
    confidence_loss = ops.sum(ops.square(confidence - wanted) * weights)
    certain = ops.one_hot(ops.maximum(target["indices"], 0), chances.shape[-1])
    class_loss = ops.sum(ops.square(chances - certain) * has_object[..., None])
    return (BOX_WEIGHT * box_loss + confidence_loss + class_loss) / ops.maximum(ops.sum(has_object), 1.0)


def score(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    boxes, _, _ = _parts(target, outputs)
    return _responsible(target, boxes)


def _parts(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """What each cell says: boxes (..., B, 4), their confidences (..., B) and the chances of the classes (..., C)."""
    grid = ops.cast(outputs["grid"], "float32")
    count = target["boxes"].shape[-2]
    numbers = ops.reshape(grid[..., : count * 5], (-1, *grid.shape[1:3], count, 5))
    return numbers[..., :4], numbers[..., 4], grid[..., count * 5 :]


def _responsible(target: Mapping[str, Any], boxes: Any) -> tuple[Any, Any]:
    """The IoU of each box with the object of its cell, and 1 for the box that fits it best, 0 for all others."""
    cells = target["cells"][:, None, None, None]
    iou, giou = overlaps(_in_shares(target["boxes"], cells), _in_shares(boxes, cells))
    # Unlike the IoU, the generalised one tells boxes apart that all lie beside the object.
    best = ops.one_hot(ops.argmax(giou, axis=-1), boxes.shape[-2])
    return iou, best * ops.cast(target["indices"] >= 0, "float32")[..., None]


def _in_shares(boxes: Any, cells: Any) -> Any:
    """Centres from the cell's corner and sides, both as shares of the picture's sides."""
    return ops.concatenate([boxes[..., :2] * cells, ops.square(ops.maximum(boxes[..., 2:], 0.0))], axis=-1)
