"""How well boxes cover each other: for the loss, in Keras, and for choosing who learns what, in numpy."""

from typing import Any

import numpy as np
from keras import ops

LEAST_AREA = 1e-9  # two boxes without any area have no overlap rather than one that is not a number


def overlaps(a: Any, b: Any) -> tuple[Any, Any]:
    """IoU and generalised IoU, pair by pair, of boxes given by centre x, y, width and height."""
    (low_a, high_a), (low_b, high_b) = _corners(a), _corners(b)
    shared = _area(ops.maximum(ops.minimum(high_a, high_b) - ops.maximum(low_a, low_b), 0.0))
    hull = _area(ops.maximum(high_a, high_b) - ops.minimum(low_a, low_b)) + LEAST_AREA
    union = _area(a[..., 2:]) + _area(b[..., 2:]) - shared + LEAST_AREA
    iou = shared / union
    return iou, iou - (hull - union) / hull


def _corners(box: Any) -> tuple[Any, Any]:
    return box[..., :2] - box[..., 2:] / 2, box[..., :2] + box[..., 2:] / 2


def _area(sides: Any) -> Any:
    return sides[..., 0] * sides[..., 1]


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IoU of each of `a` with each of `b`, boxes (n, 4) as x0, y0, x1, y1."""
    ax0, ay0, ax1, ay1 = a.T[..., np.newaxis]  # numpy is slow along an axis of two: one array a number instead
    bx0, by0, bx1, by1 = b.T
    shared = np.maximum(np.minimum(ax1, bx1) - np.maximum(ax0, bx0), 0)
    shared *= np.maximum(np.minimum(ay1, by1) - np.maximum(ay0, by0), 0)
    union = (ax1 - ax0) * (ay1 - ay0) + (bx1 - bx0) * (by1 - by0) - shared
    matrix: np.ndarray = shared / np.maximum(union, LEAST_AREA)
    return matrix
