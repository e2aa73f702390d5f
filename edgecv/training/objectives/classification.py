"""Softmax cross entropy on raw logits."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import losses, ops

from edgecv.records.samples import Label, Truth

FIGURE = "top1"


def encode(truths: Sequence[Truth], _size: tuple[int, int], _postprocess: Mapping[str, Any]) -> np.ndarray:
    return np.array([truth.index for truth in truths if isinstance(truth, Label)], np.int32)


def loss(
    target: Any,
    outputs: Mapping[str, Any],
    *,
    class_weights: Sequence[float] | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    logits = outputs["logits"]
    each = losses.sparse_categorical_crossentropy(target, logits, from_logits=True)
    if label_smoothing:  # a part of every target is spread evenly over all classes
        even = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)
        each = (1 - label_smoothing) * each + label_smoothing * even
    if class_weights is not None:
        each = each * ops.take(ops.convert_to_tensor(class_weights, "float32"), target)
    return ops.mean(each)


def score(target: Any, outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    right = ops.equal(ops.argmax(outputs["logits"], axis=-1), ops.cast(target, "int32"))
    return right, ops.ones_like(target)
