"""Assignment and loss of the anchor-free head: each cell near the centre of an object learns its class and box.

A box is learnt as four distances from the centre of the cell to its left, top, right and bottom, in strides, and leaves
the network as their logarithms. The target of a class logit is the IoU that the box reaches at this moment, so that the
score a board sees ranks well-placed boxes first; that spares a separate output for quality.

Of several levels, an object is learnt by the one that fits its size, the geometric mean of its sides: a level reaches
to `LARGEST` of its strides, and begins where the next finer one ends. The coarsest takes whatever is larger, a single
level everything. The longer side alone would send a thin object to a level whose cells it slips between.

Sides cannot lie beyond the centre of the cell: what is smaller than a cell is found up to half a stride off.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from edgecv.ondevice.heads.anchor_free import DISTANCE_RANGE
from edgecv.ondevice.heads.grids import endings, grid_of
from edgecv.records.samples import Boxes, Truth
from edgecv.training.heads.cross_entropy import quality_focal
from edgecv.training.heads.levels import loss_of_levels, score_of_levels

FIGURE = "box_iou"  # mean over the cells that have an object

RADIUS = 1.5  # strides around the centre of an object: the cells that learn it
AROUND = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)])  # from its own cell, all that can be so near
LOWEST_QUALITY = 0.05  # a class target is above zero even before the first box fits
BOX_WEIGHT = 2.0
LARGEST = 8.0  # strides: the size of an object that a level learns where there is a coarser one


def encode(truths: Sequence[Truth], size: tuple[int, int], postprocess: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """For each cell of each level: `indices` of its object's class, -1 for none, and `distances` in strides."""
    target = {}
    strides = postprocess["strides"]
    objects = [truth for truth in truths if isinstance(truth, Boxes)]
    for ending, stride in zip(endings(strides), strides, strict=True):
        cells = [_assign(_fitting(each, stride, strides), size, stride) for each in objects]
        target[f"indices{ending}"] = np.stack([indices for indices, _ in cells])
        target[f"distances{ending}"] = np.stack([distances for _, distances in cells])
    return target


def _fitting(truth: Boxes, stride: int, strides: Sequence[int]) -> Boxes:
    """The objects that a level learns."""
    sizes = np.sqrt((truth.boxes[:, 2:] - truth.boxes[:, :2]).prod(axis=1))
    above = LARGEST * max((finer for finer in strides if finer < stride), default=0)
    fits = (sizes > above) & ((sizes <= LARGEST * stride) | (stride == max(strides)))
    return Boxes(truth.boxes[fits], truth.indices[fits])


def _assign(truth: Boxes, size: tuple[int, int], stride: int) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = grid_of(size, stride)
    corners = (truth.boxes / stride)[:, np.newaxis]
    middles = (corners[..., :2] + corners[..., 2:]) / 2
    reached = middles.astype(np.int64) + AROUND  # objects, cells, x and y
    centres = reached + 0.5
    distances = np.concatenate([centres - corners[..., :2], corners[..., 2:] - centres], axis=-1)

    from_centre = centres - middles
    near = (np.abs(from_centre) < RADIUS).all(axis=-1) & (distances > 0).all(axis=-1)
    own = (np.abs(from_centre) <= 0.5).all(axis=-1)  # an object smaller than a cell still has the one it lies in
    inside = ((reached >= 0) & (reached < [columns, rows])).all(axis=-1)
    objects, cells = np.nonzero((near | own) & inside)
    # Of several objects that want a cell, the one with the nearest centre: it is written last, and stays.
    order = np.lexsort([-objects, -(from_centre**2).sum(axis=-1)[objects, cells]])
    objects, cells = objects[order], cells[order]
    x, y = reached[objects, cells].T

    indices = np.full((rows, columns), -1, np.int32)
    indices[y, x] = truth.indices[objects]
    learnt = np.ones((rows, columns, 4), np.float32)
    learnt[y, x] = np.maximum(distances[objects, cells], np.exp(DISTANCE_RANGE[0]))
    return indices, learnt


def loss(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """Quality focal loss of the classes plus generalised IoU loss of the boxes, per cell that has an object."""
    return loss_of_levels(target, outputs, _level_loss)


def _level_loss(target: Mapping[str, Any], outputs: Mapping[str, Any], ending: str) -> tuple[Any, Any]:
    """The loss summed over the cells of a level, and how many of them have an object."""
    indices, logits = target[f"indices{ending}"], ops.cast(outputs[f"cls{ending}"], "float32")
    has_object = ops.cast(indices >= 0, "float32")
    iou, giou = _overlaps(target[f"distances{ending}"], _distances(outputs[f"box{ending}"]))

    quality = ops.stop_gradient(ops.maximum(iou, LOWEST_QUALITY)) * has_object
    wanted = ops.one_hot(ops.maximum(indices, 0), logits.shape[-1]) * quality[..., None]
    class_loss = ops.sum(quality_focal(wanted, logits))
    box_loss = ops.sum((1 - giou) * has_object)
    return class_loss + BOX_WEIGHT * box_loss, ops.sum(has_object)


def score(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    return score_of_levels(target, outputs, _level_iou)


def _level_iou(target: Mapping[str, Any], outputs: Mapping[str, Any], ending: str) -> Any:
    iou, _ = _overlaps(target[f"distances{ending}"], _distances(outputs[f"box{ending}"]))
    return iou


def _distances(raw: Any) -> Any:
    return ops.exp(ops.clip(ops.cast(raw, "float32"), *DISTANCE_RANGE))


def _overlaps(a: Any, b: Any) -> tuple[Any, Any]:
    """IoU and generalised IoU of boxes around the same centres, each given by its four distances."""
    shared, hull = _area(ops.minimum(a, b)), _area(ops.maximum(a, b))
    union = _area(a) + _area(b) - shared
    iou = shared / union
    return iou, iou - (hull - union) / hull


def _area(distances: Any) -> Any:
    return (distances[..., 0] + distances[..., 2]) * (distances[..., 1] + distances[..., 3])
