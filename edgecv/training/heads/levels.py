"""Loss and figure of heads that look at several strides: those of each level, joined.

A level is known by the ending of its arrays' names, as in `indices_16`; a head with one level has none.
"""

from collections.abc import Callable, Mapping
from typing import Any

from keras import ops

Tensors = Mapping[str, Any]


def loss_of_levels(
    target: Tensors, outputs: Tensors, level_loss: Callable[[Tensors, Tensors, str], tuple[Any, Any]]
) -> Any:
    """The sum of what each level loses, per object that any of them has; `level_loss` gives both."""
    levels = [level_loss(target, outputs, ending) for ending in _endings(target)]
    return sum(lost for lost, _ in levels) / ops.maximum(sum(objects for _, objects in levels), 1.0)


def score_of_levels(
    target: Tensors, outputs: Tensors, level_score: Callable[[Tensors, Tensors, str], Any]
) -> tuple[Any, Any]:
    """The values of all places of all levels, and which of the places have an object."""
    values = [ops.reshape(level_score(target, outputs, ending), (-1,)) for ending in _endings(target)]
    weights = [ops.reshape(target[f"indices{ending}"] >= 0, (-1,)) for ending in _endings(target)]
    return ops.concatenate(values), ops.concatenate(weights)


def _endings(target: Tensors) -> list[str]:
    return [name.removeprefix("indices") for name in target if name.startswith("indices")]
