"""Assignment and loss of the anchor-free head: each cell near the centre of an object learns its class and box.

A box is learnt as four distances from the centre of the cell to its left, top, right and bottom, in strides, and leaves
the network as their logarithms. The target of a class logit is the IoU that the box reaches at this moment, so that the
score a board sees ranks well-placed boxes first; that spares a separate output for quality.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import ops

from edgecv.ondevice.heads.anchor_free import DISTANCE_RANGE
from edgecv.records.samples import Boxes, Truth

FIGURE = "box_iou"  # mean over the cells that have an object

RADIUS = 1.5  # strides around the centre of an object: the cells that learn it
LOWEST_QUALITY = 0.05  # a class target is above zero even before the first box fits
BOX_WEIGHT = 2.0


def encode(truths: Sequence[Truth], size: tuple[int, int], postprocess: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """For each cell: `indices` of its object's class, -1 for none, and `distances` in strides."""
    (stride,) = postprocess["strides"]
    cells = [_assign(truth, size, stride) for truth in truths if isinstance(truth, Boxes)]
    return {
        "indices": np.stack([indices for indices, _ in cells]),
        "distances": np.stack([distances for _, distances in cells]),
    }


def _assign(truth: Boxes, size: tuple[int, int], stride: int) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = size[0] // stride, size[1] // stride
    if not len(truth.boxes):
        return np.full((rows, columns), -1, np.int32), np.ones((rows, columns, 4), np.float32)
    y, x = np.meshgrid(np.arange(rows) + 0.5, np.arange(columns) + 0.5, indexing="ij")
    x0, y0, x1, y1 = (truth.boxes / stride).T
    distances = np.stack([x[..., None] - x0, y[..., None] - y0, x1 - x[..., None], y1 - y[..., None]], axis=-1)

    from_centre = np.stack([x[..., None] - (x0 + x1) / 2, y[..., None] - (y0 + y1) / 2], axis=-1)
    near = (np.abs(from_centre) < RADIUS).all(axis=-1) & (distances > 0).all(axis=-1)
    own = (np.abs(from_centre) <= 0.5).all(axis=-1)  # an object smaller than a cell still has the one it lies in
    far = np.where(near | own, (from_centre**2).sum(axis=-1), np.inf)
    winner = far.argmin(axis=-1)  # of several objects that want a cell, the one with the nearest centre

    indices = np.where(np.isfinite(far.min(axis=-1)), truth.indices[winner], -1).astype(np.int32)
    chosen = np.take_along_axis(distances, winner[..., None, None], axis=2)[:, :, 0]
    return indices, np.maximum(chosen, np.exp(DISTANCE_RANGE[0])).astype(np.float32)


def loss(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """Quality focal loss of the classes plus generalised IoU loss of the boxes, per cell that has an object."""
    has_object = ops.cast(target["indices"] >= 0, "float32")
    iou, giou = _overlaps(target["distances"], _distances(outputs["box"]))

    quality = ops.stop_gradient(ops.maximum(iou, LOWEST_QUALITY)) * has_object
    classes = outputs["cls"].shape[-1]
    wanted = ops.one_hot(ops.maximum(target["indices"], 0), classes) * quality[..., None]
    class_loss = ops.sum(_quality_focal(wanted, outputs["cls"]))
    box_loss = ops.sum((1 - giou) * has_object)
    return (class_loss + BOX_WEIGHT * box_loss) / ops.maximum(ops.sum(has_object), 1.0)


def score(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    iou, _ = _overlaps(target["distances"], _distances(outputs["box"]))
    return iou, target["indices"] >= 0


def _distances(raw: Any) -> Any:
    return ops.exp(ops.clip(raw, *DISTANCE_RANGE))


def _overlaps(a: Any, b: Any) -> tuple[Any, Any]:
    """IoU and generalised IoU of boxes around the same centres, each given by its four distances."""
    shared, hull = _area(ops.minimum(a, b)), _area(ops.maximum(a, b))
    union = _area(a) + _area(b) - shared
    iou = shared / union
    return iou, iou - (hull - union) / hull


def _area(distances: Any) -> Any:
    return (distances[..., 0] + distances[..., 2]) * (distances[..., 1] + distances[..., 3])


def _quality_focal(wanted: Any, logits: Any) -> Any:
    """Cross entropy towards a soft target, weighted by the squared distance from it: easy background fades out."""
    cross_entropy = ops.relu(logits) - logits * wanted + ops.softplus(-ops.abs(logits))
    return cross_entropy * ops.square(wanted - ops.sigmoid(logits))
