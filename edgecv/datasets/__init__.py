"""Images and truth: one module a format, named as recipes name it.

A split is lazy: `load` returns at once, and an image is read or drawn when it is asked for.
"""

from typing import Protocol

from edgecv.datasets import digits, image_folder, masks, shapes, voc
from edgecv.errors import InputError, did_you_mean, not_one_of
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples


class DatasetModule(Protocol):
    """What a format provides: `load` may rely on a task of TASKS and a split of SPLITS."""

    TASKS: tuple[Task, ...]
    SPLITS: tuple[str, ...]

    def load(self, data: Data, task: Task, split: str) -> Samples: ...


DATASETS: dict[str, DatasetModule] = {
    "shapes": shapes,
    "digits": digits,
    "image_folder": image_folder,
    "voc": voc,
    "masks": masks,
}


def load(data: Data, task: Task, split: str) -> Samples:
    """One split of the data that a recipe describes."""
    if data.format not in DATASETS:
        raise InputError(f"data.format: {not_one_of(DATASETS, data.format)}")
    module = DATASETS[data.format]
    if task not in module.TASKS:
        raise InputError(f"data.format: '{data.format}' serves {', '.join(module.TASKS)}, not {task}")
    if split not in module.SPLITS:
        raise InputError(
            f"data: '{data.format}' has the splits {', '.join(module.SPLITS)}, got '{split}'"
            f"{did_you_mean(split, module.SPLITS)}"
        )
    samples = module.load(data, task, split)
    if len(samples) == 0:
        raise InputError(f"data: the split '{split}' of '{data.format}' has no images")
    return samples
