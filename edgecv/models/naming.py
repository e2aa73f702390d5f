"""What a network's outputs are called, in every file that is made of it."""

from collections.abc import Mapping
from typing import Any

from edgecv.records.recipe import Task


def by_name(network: Any, task: Task, outputs: Any) -> Mapping[str, Any]:
    """The outputs of a call by name: the network's own names, but the only output of most tasks needs none."""
    if isinstance(outputs, Mapping):
        return outputs
    several = outputs if isinstance(outputs, list | tuple) else [outputs]
    if len(several) == 1 and task != "detection":
        return {"logits": several[0]}
    return dict(zip(network.output_names, several, strict=True))
