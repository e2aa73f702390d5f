"""Boxes as people drew them: some have no area, some reach beyond their image. A recipe says what becomes of those."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from edgecv.datasets.faults import Faults
from edgecv.datasets.headers import Seen
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.samples import Boxes, Samples

Corners = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels

ROUNDING = 0.05  # pixels that a box may reach beyond its image: shares and decimals are written with few digits


class Drawn(NamedTuple):
    """One box of an image, its label's index, and the file and line that say so."""

    box: Corners
    label: int
    file: Path
    line: int | None = None
    says: str = "box"  # how a message begins, where the file has no lines


class Picture(NamedTuple):
    """An image and all that is drawn into it; `declared` is the size that the annotation gives for the image."""

    name: str
    path: Path
    seen: Seen
    drawn: Sequence[Drawn]
    annotation: Path
    declared: tuple[int, int] | None = None


def samples(
    pictures: Sequence[Picture], labels: tuple[str, ...], faults: Faults, notes: tuple[str, ...] = ()
) -> Samples:
    """A split of images with boxes; what is wrong with a box is said, and its image goes without it."""
    truths = [_truth(picture, faults) for picture in pictures]
    contents = [
        [picture.name, digest_of_file(picture.path), truth.boxes.tolist(), truth.indices.tolist()]
        for picture, truth in zip(pictures, truths, strict=True)
    ]
    return Samples(
        labels=labels,
        digest=digest_of([labels, contents]),
        names=tuple(picture.name for picture in pictures),
        image=lambda index: pictures[index].path,
        truth=truths.__getitem__,
        notes=notes,
    )


def _truth(picture: Picture, faults: Faults) -> Boxes:
    _check_size(picture, faults)
    kept = [(box, drawn.label) for drawn in picture.drawn if (box := _settled(drawn, picture.seen.size, faults))]
    boxes = np.array([box for box, _ in kept], np.float32).reshape(-1, 4)
    return Boxes(boxes, np.array([label for _, label in kept], np.int64))


def _check_size(picture: Picture, faults: Faults) -> None:
    """Warn of boxes that were drawn on another version of the image."""
    seen, declared = picture.seen, picture.declared
    if seen.turned and (declared == seen.stored if declared else _fit_only_stored(picture)):
        says = f"EXIF turns the image to {_pixels(seen.size)}, its boxes seem drawn at {_pixels(seen.stored)}"
        faults.add("turned_images", picture.path, says)
    elif declared and declared != seen.size:
        says = f"made for {_pixels(declared)}, but {picture.path.name} has {_pixels(seen.size)}"
        faults.add("annotation_sizes", picture.annotation, says)


def _fit_only_stored(picture: Picture) -> bool:
    boxes = [drawn.box for drawn in picture.drawn]
    fits = [all(_fault(box, size) is None for box in boxes) for size in (picture.seen.stored, picture.seen.size)]
    return fits == [True, False]


def _settled(drawn: Drawn, size: tuple[int, int], faults: Faults) -> Corners | None:
    """The box as it is learnt, or None where it is left out."""
    fault = _fault(drawn.box, size)
    if fault:
        corners = ", ".join(f"{side:g}" for side in drawn.box)
        finite = all(map(math.isfinite, drawn.box))
        kind = "invalid_boxes" if finite else "invalid_numbers"
        faults.add(kind, drawn.file, f"{drawn.says} [{corners}] {fault}", drawn.line)
        if not finite or faults.rule("invalid_boxes") != "clip":
            return None
    x0, y0, x1, y1 = drawn.box
    clipped = max(x0, 0), max(y0, 0), min(x1, size[1]), min(y1, size[0])
    return None if _fault(clipped, size) else clipped


def _fault(box: Corners, size: tuple[int, int]) -> str | None:
    x0, y0, x1, y1 = box
    if not all(map(math.isfinite, box)):
        return "is not made of finite numbers"
    if not (x0 < x1 and y0 < y1):
        return "has no area"
    if min(x0, y0) < -ROUNDING or x1 > size[1] + ROUNDING or y1 > size[0] + ROUNDING:
        return f"reaches beyond its image of {_pixels(size)} pixels"
    return None


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]}"
