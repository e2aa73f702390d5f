"""The outputs that each task's postprocessing reads from a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgecv.records.recipe import Task


@dataclass(frozen=True)
class Output:
    """One raw output: batch 1, channels last, over a grid of cells or over none."""

    channels: int
    on_grid: bool
    meaning: str

    def fits(self, shape: Sequence[int | None]) -> bool:
        return len(shape) == (4 if self.on_grid else 2) and shape[-1] == self.channels

    def __str__(self) -> str:
        return f"(1, height, width, {self.channels})" if self.on_grid else f"(1, {self.channels})"


def expected_outputs(task: Task, labels: Sequence[str], postprocess: Mapping[str, Any]) -> dict[str, Output]:
    """What a network has to give, by name."""
    classes = len(labels)
    if task == "classification":
        return {"logits": Output(classes, on_grid=False, meaning="one logit a class")}
    if task == "segmentation":
        return {"logits": Output(classes, on_grid=True, meaning="one logit a class in every cell")}
    strides = postprocess["strides"]
    levels = [f"_{stride}" for stride in strides] if len(strides) > 1 else [""]
    cls = Output(classes, on_grid=True, meaning="one logit a class in every cell")
    box = Output(4, on_grid=True, meaning="left, top, right, bottom: logarithms of distances in strides")
    return {name + level: output for level in levels for name, output in (("cls", cls), ("box", box))}
