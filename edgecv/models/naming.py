"""What a network's outputs are called, in every file that is made of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from edgecv.records.recipe import Task


def names_of(network: Any) -> tuple[str, ...]:
    """What Keras calls the outputs that have no name of their own: each after the layer that gives it.

    To be asked of a network as it was opened, because changing it may put another layer at its end.
    """
    return tuple(each._keras_history.operation.name for each in network.outputs)


def by_name(names: Sequence[str], task: Task, outputs: Any) -> Mapping[str, Any]:
    """The outputs of a call by name: their own, else `names`, but the only output of most tasks needs none."""
    if isinstance(outputs, Mapping):
        return outputs
    several = outputs if isinstance(outputs, list | tuple) else [outputs]
    if len(several) == 1 and task != "detection":
        return {"values" if task == "regression" else "logits": several[0]}
    return dict(zip(names, several, strict=True))
