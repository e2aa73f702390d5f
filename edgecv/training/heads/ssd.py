"""Assignment and loss of the SSD head: priors that overlap an object learn it, and the hardest others the background.

A prior learns the object that it overlaps most, from an IoU of `SAME_BOX` on. Besides, every object has the prior that
fits it best for its own, however small the overlap: the smaller ones choose first, for they have less to choose from.
Of the other priors those count that look most like an object, `NEGATIVES` for each that has one, picture by picture; a
picture without objects teaches that many.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import losses, ops

from edgecv.ondevice.heads.grids import around, endings
from edgecv.ondevice.heads.ssd import SIDE_RANGE, VARIANCES, priors
from edgecv.records.samples import Boxes, Truth
from edgecv.training.heads.overlaps import iou_matrix, overlaps

FIGURE = "box_iou"  # mean over the priors that have an object

SAME_BOX = 0.5
NEGATIVES = 3
NEARER = 1e-4  # what a distance of one prior's side costs in IoU: among equal overlaps, the nearest prior is best


def encode(truths: Sequence[Truth], size: tuple[int, int], postprocess: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """For each prior of each level: `indices` of its object's class, -1 for none, and `boxes`, its raw moves."""
    levels = priors(postprocess, size)
    learnt = [_assign(truth, np.concatenate(levels)) for truth in truths if isinstance(truth, Boxes)]
    ends = np.cumsum([len(level) for level in levels])[:-1]
    target = {}
    for name, part in zip(("indices", "boxes"), zip(*learnt, strict=True), strict=True):
        by_level = np.split(np.stack(part), ends, axis=1)
        endings_of = endings(postprocess["strides"])
        target.update({name + ending: level for ending, level in zip(endings_of, by_level, strict=True)})
    return target


def _assign(truth: Boxes, every: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not len(truth.boxes):
        return np.full(len(every), -1, np.int32), np.zeros((len(every), 4), np.float32)
    centres, sides = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2, truth.boxes[:, 2:] - truth.boxes[:, :2]
    overlap = iou_matrix(truth.boxes, around(every[:, :2], every[:, 2:]))
    winner = overlap.argmax(axis=0)
    has_object = overlap.max(axis=0) >= SAME_BOX

    free = np.zeros(len(every), np.float32)
    for index in sides.prod(axis=1).argsort(kind="stable"):
        x, y = ((centres[index] - every[:, :2]) / every[:, 2:]).T
        own = (overlap[index] - NEARER * (x * x + y * y) + free).argmax()
        winner[own], has_object[own], free[own] = index, True, -np.inf

    found = np.flatnonzero(has_object)
    prior, winner = every[found], winner[found]
    indices, boxes = np.full(len(every), -1, np.int32), np.zeros((len(every), 4), np.float32)
    indices[found] = truth.indices[winner]
    boxes[found, :2] = (centres[winner] - prior[:, :2]) / prior[:, 2:] / VARIANCES[0]
    boxes[found, 2:] = np.log(sides[winner] / prior[:, 2:]) / VARIANCES[1]
    return indices, boxes


def loss(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """Softmax cross entropy of the priors that count plus smooth L1 of the moves, per prior that has an object."""
    indices, wanted, logits, raw = _every_prior(target, outputs)
    has_object = ops.cast(indices >= 0, "float32")
    missed = losses.sparse_categorical_crossentropy(indices + 1, logits, from_logits=True)  # the background is 0
    class_loss = ops.sum(missed * (has_object + _hardest(ops.stop_gradient(missed), has_object)))
    box_loss = ops.sum(_smooth_l1(raw - wanted) * has_object[..., None])
    return (class_loss + box_loss) / ops.maximum(ops.sum(has_object), 1.0)


def _hardest(missed: Any, has_object: Any) -> Any:
    """1 for the priors without an object whose loss is among the highest of their picture, else 0."""
    background = ops.where(has_object > 0, -1.0, missed)
    rank = ops.argsort(ops.argsort(-background, axis=1), axis=1)  # 0 is the hardest
    count = NEGATIVES * ops.maximum(ops.sum(has_object, axis=1, keepdims=True), 1.0)
    return (1 - has_object) * ops.cast(ops.cast(rank, "float32") < count, "float32")


def _smooth_l1(off: Any) -> Any:
    size = ops.abs(off)
    return ops.where(size < 1, 0.5 * ops.square(off), size - 0.5)


def score(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    indices, wanted, _, raw = _every_prior(target, outputs)
    iou, _ = overlaps(_moved(wanted), _moved(raw))
    return iou, indices >= 0


def _moved(raw: Any) -> Any:
    """The boxes as seen from their priors: in sides of the prior, from its centre."""
    sides = ops.exp(ops.clip(raw[..., 2:], *SIDE_RANGE) * VARIANCES[1])
    return ops.concatenate([raw[..., :2] * VARIANCES[0], sides], axis=-1)


def _every_prior(target: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Any, Any, Any, Any]:
    """Indices, wanted moves, logits and moves (batch, priors, ...) of all levels one after the other."""
    levels = [name.removeprefix("indices") for name in target if name.startswith("indices")]
    parts = [_level(target, outputs, ending) for ending in levels]
    indices, wanted, logits, raw = (ops.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return indices, wanted, logits, raw


def _level(target: Mapping[str, Any], outputs: Mapping[str, Any], ending: str) -> tuple[Any, Any, Any, Any]:
    indices = target[f"indices{ending}"]
    cls, box = (ops.cast(outputs[kind + ending], "float32") for kind in ("cls", "box"))
    per_cell = box.shape[-1] // 4
    logits = ops.reshape(cls, (-1, indices.shape[1], cls.shape[-1] // per_cell))
    return indices, target[f"boxes{ending}"], logits, ops.reshape(box, (-1, indices.shape[1], 4))
