"""A folder of images for each class: `SPLIT/CLASS/NAME.jpg`. The folder's name is the label."""

from pathlib import Path

from edgecv.datasets import files, headers, splits
from edgecv.datasets.faults import Faults, unknown_label
from edgecv.datasets.found import Found
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import InputError
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Label, Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("classification",)
FAULTS: tuple[str, ...] = ("unreadable_images", "unknown_labels", "duplicate_names")
OPTIONS = (*splits.OPTIONS, "labels", *FAULTS)
OTHER_FORMATS = {"images", "labels", "masks"}  # folders of images and truth, which are no classes


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    labels = words(data.options, "labels") or tuple(_classes(_folder(folder, data, "train")))
    found = splits.members(_labelled(_folder(folder, data, split), labels, faults), data, split)
    readable = headers.look((image for image, _ in found), faults)
    found = [(image, index) for image, index in found if image in readable]
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


def found_in(folder: Path) -> Found | None:
    training = folder / "train"
    for each in files.folders(training) if training.is_dir() else ():
        if each.name not in OTHER_FORMATS and files.holds_images(each):
            return Found(f"train/{each.name}/ holds images", TASKS)
    return None


def _folder(folder: Path, data: Data, split: str) -> Path:
    return splits.place(
        split, splits.FOLDER, [folder / name for name in splits.sources(data, split)], splits.TAKEN_WHOLE
    )


def _classes(folder: Path) -> list[str]:
    found = [path.name for path in files.folders(folder)]
    if not found:
        raise InputError(f"{folder}: expected a folder of images for each class, found none")
    return found


def _labelled(folder: Path, labels: tuple[str, ...], faults: Faults) -> list[tuple[Path, int]]:
    """The images of all classes in the order of the labels, each with its label's index."""
    classes = _classes(folder)
    for each in classes:
        if each not in labels:
            faults.add("unknown_labels", folder / each, unknown_label(labels, each))
    _tell_of_strays(folder, classes, faults)
    return [
        (image, index)
        for index, label in enumerate(labels)
        if label in classes
        for image in files.images(folder / label, faults).values()
    ]


def _tell_of_strays(folder: Path, classes: list[str], faults: Faults) -> None:
    """Images that a user may think are read: beside the classes, and in folders of a class."""
    for image in files.images(folder, Faults()).values():
        faults.add("stray_images", image, "lies beside the folders of the classes, and is not read")
    for inner in (each for name in classes for each in files.folders(folder / name)):
        for image in files.images(inner, Faults()).values():
            faults.add("stray_images", image, "lies in a folder of a class, and is not read")
