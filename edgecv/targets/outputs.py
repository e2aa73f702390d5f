"""The outputs that each task's postprocessing reads from a network."""

from collections.abc import Mapping, Sequence
from typing import Any

from edgecv.ondevice.heads import HEADS
from edgecv.ondevice.outputs import Output
from edgecv.records.recipe import Task


def expected_outputs(task: Task, labels: Sequence[str], postprocess: Mapping[str, Any]) -> dict[str, Output]:
    """What a network has to give, by name."""
    classes = len(labels)
    if task == "classification":
        return {"logits": Output((1, classes), "one score a class")}
    if task == "segmentation":
        return {"logits": Output((1, None, None, classes), "one score a class in every cell")}
    if task == "regression":
        return {"values": Output((1, classes), "one number a value")}
    return HEADS[postprocess["head"]].outputs(postprocess, classes)
