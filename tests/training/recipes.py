"""Recipes that train within seconds; what they learn is not the point."""

from typing import Any

from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Accuracy, Data, Model, Recipe, Task, Training

EPOCHS = 3
FEW = {"train": 24, "val": 6, "test": 5, "size": [64, 64]}
PIXELS = Preprocess((64, 64), mean=(127.5,) * 3, std=(127.5,) * 3)


def recipe(task: Task, **training: Any) -> Recipe:
    """A tiny recipe of a task; the keywords are fields of Training."""
    names: dict[Task, str] = {
        "classification": "tiny_classifier",
        "detection": "tiny_detector",
        "segmentation": "tiny_segmenter",
        "regression": "regressor",
    }
    return Recipe(
        name=f"few_{task}",
        summary="",
        task=task,
        data=Data("shapes", options=FEW),
        preprocess=PIXELS,
        model=Model(names[task], {"width": 0.25, **({"stages": 1} if task == "classification" else {})}),
        builds=(),
        accuracy=Accuracy("top1"),
        training=Training(**{"epochs": EPOCHS, "batch_size": 8, "augment": "standard", **training}),
    )
