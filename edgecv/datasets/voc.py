"""Pascal VOC: `JPEGImages/NAME.jpg`, `Annotations/NAME.xml`, and the names of a split in `ImageSets/Main/SPLIT.txt`.

The XML decides: everything in it is checked when a split is opened, so that a slip in the last file does not end a
training after its last epoch. Its `path` and `filename` are leftovers of labelling tools, and nobody reads them.
"""

from collections.abc import Iterable
from pathlib import Path

from edgecv.datasets import boxes, files, headers, splits
from edgecv.datasets.boxes import Corners, Drawn, Picture
from edgecv.datasets.faults import Faults, unknown_label
from edgecv.datasets.found import Found
from edgecv.datasets.headers import Seen
from edgecv.datasets.options import one_of, refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.datasets.voc_xml import Annotation, read_annotation
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("detection",)
FAULTS: tuple[str, ...] = (
    *("missing_files", "unreadable_images", "malformed_annotations", "unknown_labels", "invalid_boxes"),
    *("invalid_numbers", "duplicate_names"),
)
OPTIONS = (*splits.OPTIONS, "labels", "difficult", "first_pixel", *FAULTS)
LISTS = Path("ImageSets", "Main")
IMAGES, ANNOTATIONS = "JPEGImages", "Annotations"


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    names = splits.members(_listed(folder, data, split, faults), data, split)
    images = _images(folder, names, faults)
    annotations = _annotations(folder, names, faults)
    labels = words(data.options, "labels") or _labels_of_training(folder, data)
    seen = headers.sized({name: images[name] for name in annotations if name in images}, faults)
    pictures = [_picture(name, images[name], seen[name], annotations[name], labels, data, faults) for name in seen]
    return boxes.samples(pictures, labels, faults, splits.notes(data, split))


def found_in(folder: Path) -> Found | None:
    beside = LISTS if (folder / LISTS).is_dir() else Path(IMAGES)  # labelling tools leave lists of splits to others
    is_voc = (folder / ANNOTATIONS).is_dir() and (folder / beside).is_dir()
    return Found(f"Annotations/ and {beside.as_posix()}/ are there", TASKS) if is_voc else None


def _listed(folder: Path, data: Data, split: str, faults: Faults) -> list[str]:
    if splits.source(data, split) == splits.WHOLE:
        return sorted(path.stem for path in files.folder(folder / ANNOTATIONS).glob("*.xml"))
    candidates = [folder / LISTS / f"{name}.txt" for name in splits.sources(data, split)]
    path = splits.place(split, "a text file", candidates, whole="train: . takes all annotations")
    named = []
    for line in files.lines(path):
        if line.text == Path(line.text).name:
            named.append(line)
        else:
            says = f"expected names without folder or suffix, one a line, got '{line.text}'"
            faults.add("unsafe_paths", path, says, line.number)
    return files.different(named, path, faults)


def _images(folder: Path, names: Iterable[str], faults: Faults) -> dict[str, Path]:
    found = files.images(files.folder(folder / IMAGES), faults)
    for name in names:
        if name not in found:
            says = f"no such image, but ImageSets lists '{name}'"
            faults.add("missing_files", folder / IMAGES / f"{name}.jpg", says)
    return found


def _annotations(folder: Path, names: Iterable[str], faults: Faults) -> dict[str, Annotation]:
    read = ((name, read_annotation(folder / ANNOTATIONS / f"{name}.xml", faults)) for name in names)
    return {name: annotation for name, annotation in read if annotation}


def _labels_of_training(folder: Path, data: Data) -> tuple[str, ...]:
    faults = Faults()  # training itself tells of them
    annotations = _annotations(folder, _listed(folder, data, "train", faults), faults)
    return tuple(sorted({each.label for annotation in annotations.values() for each in annotation.objects}))


def _picture(
    name: str, image: Path, seen: Seen, annotation: Annotation, labels: tuple[str, ...], data: Data, faults: Faults
) -> Picture:
    keep_difficult = one_of(data.options, "difficult", ("keep", "drop")) == "keep"
    first = one_of(data.options, "first_pixel", (1, 0))
    drawn = []
    for each in annotation.objects:
        if each.label not in labels:
            faults.add("unknown_labels", annotation.path, unknown_label(labels, each.label), each.line)
        elif keep_difficult or not each.difficult:
            box = _in_pixels(each.corners, first)
            drawn.append(Drawn(box, labels.index(each.label), annotation.path, each.line))
    return Picture(name, image, seen, drawn, annotation.path, annotation.declared)


def _in_pixels(corners: Corners, first: int) -> Corners:
    """Corners that name the first and the last pixel inside, as edges: a box of [1, 1, W, H] is the whole image."""
    x0, y0, x1, y1 = corners
    if x0 >= x1 or y0 >= y1:
        return corners  # a slip of the hand: it is not to grow into an object of one pixel
    return x0 - first, y0 - first, x1, y1
