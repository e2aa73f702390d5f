"""Pascal VOC: `JPEGImages/NAME.jpg`, `Annotations/NAME.xml`, and the names of a split in `ImageSets/Main/SPLIT.txt`.

The XML decides: everything in it is checked when a split is opened, so that a slip in the last file does not end a
training after its last epoch. Its `path` and `filename` are leftovers of labelling tools, and nobody reads them.
"""

import math
from pathlib import Path
from typing import NamedTuple

from edgecv.datasets import boxes, files, splits
from edgecv.datasets.boxes import Drawn, Picture
from edgecv.datasets.options import one_of, refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.datasets.xml_tree import Element, read_xml
from edgecv.errors import InputError, not_one_of
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["OPTIONS", "SPLITS", "TASKS", "load"]

TASKS: tuple[Task, ...] = ("detection",)
OPTIONS = (*splits.OPTIONS, "labels", "difficult", "invalid_boxes", "first_pixel")
CORNERS = ("xmin", "ymin", "xmax", "ymax")


class Object(NamedTuple):
    """One object of an annotation: `corners` as they are written, and where that is."""

    label: str
    difficult: bool
    corners: tuple[float, float, float, float]
    where: str


def load(data: Data, task: Task, split: str) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    names = splits.members(_listed(folder, data, split), data, split)
    images = _images(folder, names)
    annotations = {name: _read(folder, name) for name in names}
    labels = words(data.options, "labels") or _labels_of_training(folder, data)

    pictures = [_picture(annotations[name], images[name], labels, data) for name in names]
    truths, notes = boxes.settle(pictures, one_of(data.options, "invalid_boxes", boxes.RULES))
    contents = [
        [name, digest_of_file(images[name]), truth.boxes.tolist(), truth.indices.tolist()]
        for name, truth in zip(names, truths, strict=True)
    ]
    return Samples(
        labels=labels,
        digest=digest_of([labels, contents]),
        names=tuple(names),
        image=lambda index: images[names[index]],
        truth=truths.__getitem__,
        notes=(*splits.notes(data, split), *notes),
    )


def _listed(folder: Path, data: Data, split: str) -> list[str]:
    path = folder / "ImageSets" / "Main" / f"{splits.source(data, split)}.txt"
    names = files.lines(path, splits.CURES[split])
    for name in names:
        if name != Path(name).name:
            raise InputError(f"{path}: expected names without folder or suffix, one a line, got '{name}'")
    return names


def _images(folder: Path, names: list[str]) -> dict[str, Path]:
    found = files.images(files.folder(folder / "JPEGImages"))
    for name in names:
        if name not in found:
            raise InputError(f"{folder / 'JPEGImages' / name}.jpg: no such image, but ImageSets lists '{name}'")
    return found


def _labels_of_training(folder: Path, data: Data) -> tuple[str, ...]:
    found = {each.label for name in _listed(folder, data, "train") for each in _read(folder, name)}
    return tuple(sorted(found))


def _read(folder: Path, name: str) -> list[Object]:
    path = folder / "Annotations" / f"{name}.xml"
    annotation = read_xml(path)
    if annotation.tag != "annotation":
        raise InputError(f"{path}:{annotation.line}: expected <annotation>, got <{annotation.tag}>")
    return [_object(element, path) for element in annotation.all("object")]


def _object(element: Element, path: Path) -> Object:
    label, box = _inner(element, "name", path), _inner(element, "bndbox", path)
    difficult = element.first("difficult")
    if not label.text:
        raise InputError(f"{path}:{label.line}: name: expected a label, got nothing")
    x0, y0, x1, y1 = (_number(_inner(box, corner, path), path) for corner in CORNERS)
    is_difficult = difficult is not None and difficult.text == "1"
    return Object(label.text, is_difficult, (x0, y0, x1, y1), f"{path}:{box.line}")


def _inner(element: Element, tag: str, path: Path) -> Element:
    found = element.first(tag)
    if found is None:
        raise InputError(f"{path}:{element.line}: expected <{tag}> in <{element.tag}>, found none")
    return found


def _number(element: Element, path: Path) -> float:
    try:
        number = float(element.text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{path}:{element.line}: {element.tag}: expected a number, got '{element.text}'")
    return number


def _picture(objects: list[Object], image: Path, labels: tuple[str, ...], data: Data) -> Picture:
    keep_difficult = one_of(data.options, "difficult", ("keep", "drop")) == "keep"
    first = one_of(data.options, "first_pixel", (1, 0))
    for each in objects:
        if each.label not in labels:
            raise InputError(f"{each.where}: label: {not_one_of(labels, each.label)}")
    drawn = [
        Drawn(_in_pixels(each.corners, first), labels.index(each.label), each.where)
        for each in objects
        if keep_difficult or not each.difficult
    ]
    return Picture(files.image_size(image), drawn)


def _in_pixels(corners: tuple[float, float, float, float], first: int) -> tuple[float, float, float, float]:
    """Corners that name the first and the last pixel inside, as edges: a box of [1, 1, W, H] is the whole image."""
    x0, y0, x1, y1 = corners
    if x0 >= x1 or y0 >= y1:
        return corners  # a slip of the hand: it is not to grow into an object of one pixel
    return x0 - first, y0 - first, x1, y1
