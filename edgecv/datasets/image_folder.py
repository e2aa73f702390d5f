"""A folder of images for each class: `SPLIT/CLASS/NAME.jpg`. The folder's name is the label."""

from pathlib import Path

from edgecv.datasets import files, splits
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import InputError, not_one_of
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Label, Samples

__all__ = ["OPTIONS", "SPLITS", "TASKS", "load"]

TASKS: tuple[Task, ...] = ("classification",)
OPTIONS = (*splits.OPTIONS, "labels")


def load(data: Data, task: Task, split: str) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    labels = words(data.options, "labels") or tuple(_classes(_folder(folder, data, "train")))
    found = splits.members(_labelled(_folder(folder, data, split), labels), data, split)
    names = [f"{labels[index]}/{image.stem}" for image, index in found]
    contents = [[name, digest_of_file(image), index] for name, (image, index) in zip(names, found, strict=True)]
    return Samples(
        labels=labels,
        digest=digest_of([labels, contents]),
        names=tuple(names),
        image=lambda number: found[number][0],
        truth=lambda number: Label(found[number][1]),
        notes=splits.notes(data, split),
    )


def _folder(folder: Path, data: Data, split: str) -> Path:
    return files.folder(folder / splits.source(data, split), splits.CURES[split])


def _classes(folder: Path) -> list[str]:
    found = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not found:
        raise InputError(f"{folder}: expected a folder of images for each class, found none")
    return found


def _labelled(folder: Path, labels: tuple[str, ...]) -> list[tuple[Path, int]]:
    """The images of all classes in the order of the labels, each with its label's index."""
    classes = _classes(folder)
    for each in classes:
        if each not in labels:
            raise InputError(f"{folder / each}: label: {not_one_of(labels, each)}")
    return [
        (image, index)
        for index, label in enumerate(labels)
        if label in classes
        for image in files.images(folder / label).values()
    ]
