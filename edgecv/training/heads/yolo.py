"""Assignment and loss of the YOLO head: anchors of the shape of an object learn it, where its centre lies.

An object is learnt by every anchor that overlaps it by `SAME_SHAPE` when both are laid onto one centre, and by the best
one in any case; in the cell of its centre, and in the two neighbours that are nearest to the centre. Of several objects
that want one anchor of one cell, whose best anchor and own cell it is comes first, and then the smaller.

The target of objectness is the IoU that the box reaches at this moment, so that well-placed boxes come first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from edgecv.ondevice.heads.grids import endings, grid_of
from edgecv.ondevice.heads.yolo import BEYOND, SIDE_RANGE
from edgecv.records.samples import Boxes, Truth
from edgecv.training.heads.cross_entropy import binary, quality_focal
from edgecv.training.heads.levels import loss_of_levels, score_of_levels
from edgecv.training.heads.overlaps import overlaps

FIGURE = "box_iou"  # mean over the anchors that have an object

SAME_SHAPE = 0.4
LOWEST_QUALITY = 0.05  # objectness is wanted above zero even before the first box fits
BOX_WEIGHT = 2.0
NEIGHBOURS = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])  # x and y of a cell's own and of those beside it


def encode(truths: Sequence[Truth], size: tuple[int, int], postprocess: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """For each level: `indices` of the class each anchor learns, -1 for none, `boxes` as seen from its cell, `anchors`.

    A box is x, y of its centre from the cell's corner, width and height; all in strides, as the anchors.
    """
    levels = postprocess["levels"]
    objects = [truth for truth in truths if isinstance(truth, Boxes)]
    chosen = [_anchors_of(each.boxes, levels) for each in objects]
    target = {}
    for number, ending in enumerate(endings([level["stride"] for level in levels])):
        stride, anchors = levels[number]["stride"], np.array(levels[number]["anchors"], np.float32)
        learnt = [_assign(each, fits[number], size, stride) for each, fits in zip(objects, chosen, strict=True)]
        target[f"indices{ending}"] = np.stack([indices for indices, _ in learnt])
        target[f"boxes{ending}"] = np.stack([boxes for _, boxes in learnt])
        target[f"anchors{ending}"] = np.tile(anchors / np.float32(stride), (len(learnt), 1, 1))
    return target


def _anchors_of(boxes: np.ndarray, levels: Sequence[Mapping[str, Any]]) -> list[np.ndarray]:
    """For each level (objects, anchors): 2 where an anchor is an object's best of all levels, 1 where it will do."""
    anchors = np.concatenate([np.array(level["anchors"], np.float32) for level in levels])
    sides = (boxes[:, 2:] - boxes[:, :2])[:, np.newaxis]
    shared = np.minimum(sides, anchors).prod(axis=-1)
    overlap = shared / (sides.prod(axis=-1) + anchors.prod(axis=-1) - shared)
    best = np.arange(len(anchors)) == overlap.argmax(axis=1)[:, np.newaxis]
    ends = np.cumsum([len(level["anchors"]) for level in levels])[:-1]
    return np.split(np.where(best, 2, overlap >= SAME_SHAPE), ends, axis=1)


def _assign(truth: Boxes, chosen: np.ndarray, size: tuple[int, int], stride: int) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = grid_of(size, stride)
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / (2 * stride)
    sides = (truth.boxes[:, 2:] - truth.boxes[:, :2]) / stride
    own = np.minimum(centres.astype(np.int64), [columns - 1, rows - 1])  # a centre may lie on the picture's very edge

    reached = own[:, np.newaxis] + NEIGHBOURS  # objects, cells, x and y
    within = centres[:, np.newaxis] - reached
    near = ((within > -BEYOND) & (within < 1 + BEYOND)).all(axis=-1) | (NEIGHBOURS == 0).all(axis=-1)
    near &= ((reached >= 0) & (reached < [columns, rows])).all(axis=-1)

    objects, cells, anchors = np.nonzero(near[:, :, np.newaxis] & (chosen[:, np.newaxis] > 0))
    is_own = (chosen[objects, anchors] == 2) & (cells == 0)
    order = np.lexsort([-sides.prod(axis=1)[objects], is_own])  # the last one written stays
    objects, cells, anchors = objects[order], cells[order], anchors[order]
    x, y = reached[objects, cells].T

    indices = np.full((rows, columns, chosen.shape[1]), -1, np.int32)
    boxes = np.ones((*indices.shape, 4), np.float32)
    indices[y, x, anchors] = truth.indices[objects]
    boxes[y, x, anchors] = np.concatenate([within[objects, cells], sides[objects]], axis=1)
    return indices, boxes


def loss(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """Quality focal loss of objectness, cross entropy of classes, generalised IoU loss; per anchor with an object."""
    return loss_of_levels(target, outputs, _level_loss)


def _level_loss(target: Mapping[str, Any], outputs: Mapping[str, Any], ending: str) -> tuple[Any, Any]:
    """The loss summed over the anchors of a level, and how many of them have an object."""
    indices = target[f"indices{ending}"]
    has_object = ops.cast(indices >= 0, "float32")
    iou, giou = overlaps(target[f"boxes{ending}"], _boxes(target, outputs, ending))

    quality = ops.stop_gradient(ops.maximum(iou, LOWEST_QUALITY)) * has_object
    object_loss = ops.sum(quality_focal(quality, ops.cast(outputs[f"obj{ending}"], "float32")))
    logits = _by_anchor(outputs[f"cls{ending}"], indices)
    wanted = ops.one_hot(ops.maximum(indices, 0), logits.shape[-1])
    class_loss = ops.sum(binary(wanted, logits) * has_object[..., None])
    box_loss = ops.sum((1 - giou) * has_object)
    return object_loss + class_loss + BOX_WEIGHT * box_loss, ops.sum(has_object)


def score(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    return score_of_levels(target, outputs, _level_iou)


def _level_iou(target: Mapping[str, Any], outputs: Mapping[str, Any], ending: str) -> Any:
    iou, _ = overlaps(target[f"boxes{ending}"], _boxes(target, outputs, ending))
    return iou


def _boxes(target: Mapping[str, Any], outputs: Mapping[str, Any], ending: str) -> Any:
    """The boxes of a level as the board decodes them, seen from the cell's corner, in strides."""
    raw = _by_anchor(outputs[f"box{ending}"], target[f"indices{ending}"])
    anchors = target[f"anchors{ending}"][:, None, None]
    centres = (1 + 2 * BEYOND) * ops.sigmoid(raw[..., :2]) - BEYOND
    return ops.concatenate([centres, anchors * ops.exp(ops.clip(raw[..., 2:], *SIDE_RANGE))], axis=-1)


def _by_anchor(output: Any, indices: Any) -> Any:
    """An output (batch, rows, columns, anchors x numbers) with an axis of its own for the anchors."""
    anchors = indices.shape[-1]
    shape = (-1, *output.shape[1:3], anchors, output.shape[-1] // anchors)
    return ops.reshape(ops.cast(output, "float32"), shape)
