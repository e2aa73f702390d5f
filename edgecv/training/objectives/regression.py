"""Huber's loss of values in standard deviations from the mean of training: one that is far off pulls no harder.

`r2` is 1 - the mean squared error of these, the share of the variance that is explained; below 0 it is worse than the
mean would be.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import losses, ops

from edgecv.records.samples import Truth, Values

FIGURE = "r2"


def encode(truths: Sequence[Truth], _size: tuple[int, int], postprocess: Mapping[str, Any]) -> np.ndarray:
    numbers = np.array([truth.numbers for truth in truths if isinstance(truth, Values)])
    return ((numbers - postprocess["mean"]) / postprocess["std"]).astype(np.float32)


def loss(target: Any, outputs: Mapping[str, Any]) -> Any:
    return ops.mean(losses.huber(target, outputs["values"]))


def score(target: Any, outputs: Mapping[str, Any]) -> tuple[Any, Any]:
    return 1 - ops.square(outputs["values"] - target), ops.ones_like(target)
