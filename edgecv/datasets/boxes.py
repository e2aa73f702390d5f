"""Boxes as people drew them: some have no area, some reach beyond their image. A recipe says what becomes of those."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from edgecv.errors import InputError
from edgecv.records.samples import Boxes

# refuse: the data has to be mended. drop: such a box is left out. clip: what lies beyond the image is cut off, and a
# box is left out only where nothing remains.
RULES = ("refuse", "drop", "clip")


class Drawn(NamedTuple):
    """One box of an image: x0, y0, x1, y1 in pixels, its label's index, and the file and line that say so."""

    box: tuple[float, float, float, float]
    label: int
    where: str


class Picture(NamedTuple):
    """All that is drawn into one image of that height and width."""

    size: tuple[int, int]
    drawn: Sequence[Drawn]


def settle(pictures: Sequence[Picture], rule: str) -> tuple[list[Boxes], tuple[str, ...]]:
    """The truth of each image under a rule, and what the rule did, in words for the user."""
    faults = [_complaint(each, size) for size, drawn in pictures for each in drawn if _fault(each.box, size)]
    if faults and rule == "refuse":
        others = f" ({len(faults) - 1} more like it in this split)" if len(faults) > 1 else ""
        raise InputError(f"{faults[0]}{others}; mend it, or say invalid_boxes: drop, or clip")
    did = {"drop": "left out", "clip": "cut to the image, or left out"}
    count = f"{len(faults)} invalid box{'es' if len(faults) > 1 else ''}"
    notes = (f"{count} {did[rule]}, first {faults[0]}",) if faults else ()
    return [_truth(list(_kept(picture, rule))) for picture in pictures], notes


def _complaint(drawn: Drawn, size: tuple[int, int]) -> str:
    corners = ", ".join(f"{side:g}" for side in drawn.box)
    return f"{drawn.where}: box [{corners}] {_fault(drawn.box, size)}"


def _fault(box: tuple[float, float, float, float], size: tuple[int, int]) -> str | None:
    x0, y0, x1, y1 = box
    if not (x0 < x1 and y0 < y1):
        return "has no area"
    if x0 < 0 or y0 < 0 or x1 > size[1] or y1 > size[0]:
        return f"reaches beyond its image of {size[1]} x {size[0]} pixels"
    return None


def _kept(picture: Picture, rule: str) -> Iterator[Drawn]:
    height, width = picture.size
    for drawn in picture.drawn:
        x0, y0, x1, y1 = drawn.box
        if rule == "clip":
            drawn = drawn._replace(box=(max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)))
        if not _fault(drawn.box, picture.size):
            yield drawn


def _truth(kept: Sequence[Drawn]) -> Boxes:
    boxes = np.array([drawn.box for drawn in kept], np.float32).reshape(-1, 4)
    return Boxes(boxes, np.array([drawn.label for drawn in kept], np.int64))
