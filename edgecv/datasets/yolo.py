"""YOLO: a text file beside each image, one box a line: `CLASS CENTER_X CENTER_Y WIDTH HEIGHT`, as shares of the image.

Folders are `images/SPLIT/` and `labels/SPLIT/`, or `SPLIT/images/` and `SPLIT/labels/`. `data.yaml` names the classes
under `names`, or `classes.txt` does, one a line; paths in `data.yaml` are not followed. An image without a text file
may be one with nothing in it, or one that nobody has labelled: the rule `unlabelled_images` says which.
"""

import math
from collections.abc import Iterator
from pathlib import Path

from edgecv.datasets import boxes, files, headers, splits
from edgecv.datasets.boxes import Drawn, Picture
from edgecv.datasets.faults import Faults, Slip
from edgecv.datasets.files import Line
from edgecv.datasets.found import Found
from edgecv.datasets.headers import Seen
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.datasets.yolo_names import LISTS, labels_of
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("detection",)
FAULTS: tuple[str, ...] = (
    *("missing_files", "unreadable_images", "unlabelled_images", "malformed_annotations", "unknown_labels"),
    *("invalid_boxes", "invalid_numbers", "duplicate_names"),
)
OPTIONS = (*splits.OPTIONS, "labels", *FAULTS)
IMAGES, LABELS = "images", "labels"
NUMBERS = 5  # of a line


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    labels = words(data.options, "labels") or labels_of(folder)
    images, annotations = _files(folder, data, split, faults)
    chosen = splits.members(list(images.items()), data, split)
    wanted = {name: image for name, image in chosen if name in annotations or _is_kept(image, faults)}
    pictures = []
    for name, seen in headers.sized(wanted, faults).items():
        annotation = annotations.get(name)
        drawn = list(_drawn(annotation, seen, labels, faults)) if annotation else []
        pictures.append(Picture(name, images[name], seen, drawn, annotation or images[name]))
    return boxes.samples(pictures, labels, faults, splits.notes(data, split))


def found_in(folder: Path) -> Found | None:
    for labels in (folder / LABELS, *(each / LABELS for each in files.folders(folder))):
        images = labels.with_name(IMAGES)
        if labels.is_dir() and images.is_dir():
            return Found(f"{images.relative_to(folder)}/ and {labels.relative_to(folder)}/ are there", TASKS)
    return None


def _files(folder: Path, data: Data, split: str, faults: Faults) -> tuple[dict[str, Path], dict[str, Path]]:
    """Images and annotations of a split by their names."""
    candidates = []
    for name in splits.sources(data, split):
        candidates += [folder / IMAGES / name, folder / name / IMAGES]
    home = splits.place(split, splits.FOLDER, candidates, splits.TAKEN_WHOLE)
    beside = folder / LABELS / home.name if home.parent.name == IMAGES else home.with_name(LABELS)
    images = files.images(home, faults)
    annotations = {path.stem: path for path in sorted(files.folder(beside).glob("*.txt")) if path.name not in LISTS}
    for name in sorted(annotations.keys() - images.keys()):
        faults.add("missing_files", annotations[name], f"has no image of the same name in {home}")
    return images, annotations


def _is_kept(image: Path, faults: Faults) -> bool:
    faults.add("unlabelled_images", image, "has no text file of the same name")
    return faults.rule("unlabelled_images") == "keep"


def _drawn(path: Path, seen: Seen, labels: tuple[str, ...], faults: Faults) -> Iterator[Drawn]:
    try:
        lines = files.lines(path)
    except InputError as error:
        faults.add("malformed_annotations", path, str(error).removeprefix(f"{path}: "))
        return
    for line in lines:
        try:
            yield _box(line, path, seen, labels)
        except Slip as slip:
            faults.add(slip.kind, path, str(slip), line.number)


def _box(line: Line, path: Path, seen: Seen, labels: tuple[str, ...]) -> Drawn:
    fields = line.text.split()
    if len(fields) != NUMBERS:
        outline = "; the outline of a segmentation is no box" if len(fields) > NUMBERS + 1 else ""
        says = f"expected CLASS CENTER_X CENTER_Y WIDTH HEIGHT, got {len(fields)} fields{outline}"
        raise Slip("malformed_annotations", says)
    label, *shares = map(_number, fields)
    if label not in range(len(labels)):
        raise Slip("unknown_labels", f"class: expected 0 to {len(labels) - 1}, got '{fields[0]}'")
    if max(shares) > 2:
        raise Slip("invalid_boxes", f"expected shares of the image from 0 to 1, got '{' '.join(fields[1:])}'")
    x, y, width, height = shares
    rows, columns = seen.size
    corners = ((x - width / 2) * columns, (y - height / 2) * rows, (x + width / 2) * columns, (y + height / 2) * rows)
    return Drawn(corners, int(label), path, line.number)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Slip("invalid_numbers", f"expected a number, got '{text}'")
    return number
