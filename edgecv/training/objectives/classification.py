"""Softmax cross entropy on raw logits."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import losses, ops

from edgecv.records.samples import Label, Truth

FIGURE = "top1"


def encode(truths: Sequence[Truth], _size: tuple[int, int], _postprocess: Mapping[str, Any]) -> np.ndarray:
    return np.array([truth.index for truth in truths if isinstance(truth, Label)], np.int32)


def loss(target: Any, outputs: Mapping[str, Any]) -> Any:
    return ops.mean(losses.sparse_categorical_crossentropy(target, outputs["logits"], from_logits=True))


def score(target: Any, outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    right = ops.equal(ops.argmax(outputs["logits"], axis=-1), ops.cast(target, "int32"))
    return right, ops.ones_like(target)
