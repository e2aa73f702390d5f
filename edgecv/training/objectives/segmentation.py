"""Cross entropy of each pixel at the network's full size, where `VOID` pixels count for nothing.

The logits are enlarged as the board enlarges them: bilinear, with half-pixel centres.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import losses, ops

from edgecv.records.samples import VOID, Mask, Truth

FIGURE = "pixel_accuracy"


def encode(truths: Sequence[Truth], _size: tuple[int, int], _postprocess: Mapping[str, Any]) -> np.ndarray:
    return np.stack([truth.pixels for truth in truths if isinstance(truth, Mask)]).astype(np.int32)


def loss(target: Any, outputs: Mapping[str, Any], *, class_weights: Sequence[float] | None = None) -> Any:
    counts = ops.cast(ops.not_equal(target, VOID), "float32")
    known = ops.where(ops.equal(target, VOID), 0, target)
    each = losses.sparse_categorical_crossentropy(known, _enlarged(target, outputs), from_logits=True)
    if class_weights is not None:
        each = each * ops.take(ops.convert_to_tensor(class_weights, "float32"), known)
    return ops.sum(each * counts) / ops.maximum(ops.sum(counts), 1.0)


def score(target: Any, outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    right = ops.equal(ops.argmax(_enlarged(target, outputs), axis=-1), ops.cast(target, "int32"))
    return right, ops.not_equal(target, VOID)


def _enlarged(target: Any, outputs: Mapping[str, Any]) -> Any:
    return ops.image.resize(outputs["logits"], target.shape[1:3], interpolation="bilinear")
