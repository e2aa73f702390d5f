"""Images and truth: one module a format, named as recipes name it.

A split is lazy: `load` returns at once, and an image is read or drawn when it is asked for. `scan` does the same with
every fault of the data collected instead of refused, for those who want to see them all.
"""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from edgecv.datasets import cifar10, coco, csv, digits, idx, image_folder, masks, shapes, voc, yolo
from edgecv.datasets.faults import Faults, rules_of
from edgecv.datasets.found import Found
from edgecv.datasets.options import is_unicode
from edgecv.errors import InputError, did_you_mean, not_one_of
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Boxes, Label, Samples, Values


class DatasetModule(Protocol):
    """What a format provides: `load` may rely on a task of TASKS and a split of SPLITS.

    `load` adds what is wrong to `faults`, leaves out what is faulty, and goes on. `found_in` says by what sign a folder
    is one of this format, or None.
    """

    TASKS: tuple[Task, ...]
    SPLITS: tuple[str, ...]
    FAULTS: tuple[str, ...]  # the kinds that it can add and a recipe can mend

    def load(self, data: Data, task: Task, split: str, faults: Faults) -> Samples: ...

    def found_in(self, folder: Path) -> Found | None: ...


DATASETS: dict[str, DatasetModule] = {
    "shapes": shapes,
    "digits": digits,
    "image_folder": image_folder,
    "idx": idx,
    "cifar10": cifar10,
    "voc": voc,
    "coco": coco,
    "yolo": yolo,
    "csv": csv,
    "masks": masks,
}


def load(data: Data, task: Task, split: str) -> Samples:
    """One split of the data that a recipe describes; what its rules do not mend is refused."""
    faults = Faults(rules(data))
    samples = scan(data, task, split, faults)
    notes = faults.settle(split, str(data.path))
    if len(samples) == 0:
        raise InputError(f"data: the split '{split}' of '{data.format}' has no images")
    return replace(samples, notes=(*samples.notes, *notes))


def rules(data: Data) -> dict[str, str]:
    """What a recipe says is to become of faults, by their kinds."""
    return rules_of(data.options, _module(data).FAULTS)


def scan(data: Data, task: Task, split: str, faults: Faults) -> Samples:
    """One split without what is faulty; all that is wrong with it is in `faults` then."""
    module = _module(data)
    if task not in module.TASKS:
        raise InputError(f"data.format: '{data.format}' serves {', '.join(module.TASKS)}, not {task}")
    if split not in module.SPLITS:
        raise InputError(
            f"data: '{data.format}' has the splits {', '.join(module.SPLITS)}, got '{split}'"
            f"{did_you_mean(split, module.SPLITS)}"
        )
    samples = module.load(data, task, split, faults)
    _require_words(samples.labels, data)
    if data.path and split == "train" and task in DIFFERENCES:
        DIFFERENCES[task](samples, Path(data.path), faults)
    return samples


def _module(data: Data) -> DatasetModule:
    if data.format not in DATASETS:
        raise InputError(f"data.format: {not_one_of(DATASETS, data.format)}")
    return DATASETS[data.format]


def _require_words(labels: tuple[str, ...], data: Data) -> None:
    """Labels go into many files, and onto screens."""
    for label in labels:
        if not is_unicode(label):
            raise InputError(f"{data.path}: label: expected a text in Unicode, got {label!a:.60}")


def _require_two_classes(samples: Samples, path: Path, faults: Faults) -> None:
    present = {samples.truth(number) for number in range(len(samples))}
    if len(present) == 1 and isinstance(only := present.pop(), Label):
        says = f"every training image is a '{samples.labels[only.index]}', so there is nothing to tell apart"
        faults.add("one_class", path, says)


def _require_an_object(samples: Samples, path: Path, faults: Faults) -> None:
    if any(map(faults.refuses, faults.found)):
        return  # which may be why there is none
    truths = map(samples.truth, range(len(samples)))
    if len(samples) and not any(isinstance(truth, Boxes) and len(truth.boxes) for truth in truths):
        faults.add("no_objects", path, "no training image has an object drawn in, so there is nothing to find")


def _require_two_of_each_value(samples: Samples, path: Path, faults: Faults) -> None:
    truths = [truth.numbers for number in range(len(samples)) if isinstance(truth := samples.truth(number), Values)]
    for label, values in zip(samples.labels, zip(*truths, strict=True), strict=False):  # without images: no values
        if len(set(values)) == 1:
            says = f"'{label}' is {values[0]:g} for every training image, so there is nothing to learn; leave it out of"
            faults.add("constant_values", path, f"{says} data.labels")


DIFFERENCES = {
    "classification": _require_two_classes,
    "detection": _require_an_object,
    "regression": _require_two_of_each_value,
}
