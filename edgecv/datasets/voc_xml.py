"""The annotation of one image in Pascal VOC, as it is written: every slip in it has its line."""

import math
from pathlib import Path
from typing import NamedTuple

from edgecv.datasets import files
from edgecv.datasets.boxes import Corners
from edgecv.datasets.faults import Faults, Slip
from edgecv.datasets.xml_tree import Element, read_xml

CORNERS = ("xmin", "ymin", "xmax", "ymax")
MOST_DIGITS = 9  # of a side: nobody has measured more, and of thousands Python makes no number


class Object(NamedTuple):
    """One object of an annotation: `corners` as they are written, and where that is."""

    label: str
    difficult: bool
    corners: Corners
    line: int


class Annotation(NamedTuple):
    path: Path
    objects: list[Object]
    declared: tuple[int, int] | None  # height and width, where it gives them


def read_annotation(path: Path, faults: Faults) -> Annotation | None:
    """The annotation of an image, without the objects whose numbers are none; None where there is none to read."""
    if not files.is_file(path):
        faults.add("missing_files", path, "expected an XML file, found nothing there")
        return None
    try:
        annotation = read_xml(path)
        if annotation.tag != "annotation":
            raise Slip("malformed_annotations", f"expected <annotation>, got <{annotation.tag}>", annotation.line)
        objects = [each for element in annotation.all("object") if (each := _object(element, path, faults))]
        return Annotation(path, objects, _declared(annotation))
    except Slip as slip:
        faults.add_slip(slip, path)
        return None


def _object(element: Element, path: Path, faults: Faults) -> Object | None:
    label, box = _inner(element, "name"), _inner(element, "bndbox")
    difficult = element.first("difficult")
    if not label.text:
        raise Slip("malformed_annotations", "name: expected a label, got nothing", label.line)
    corners = [_inner(box, corner) for corner in CORNERS]
    try:
        x0, y0, x1, y1 = map(_number, corners)
    except Slip as slip:
        faults.add_slip(slip, path)
        return None
    return Object(label.text, difficult is not None and difficult.text == "1", (x0, y0, x1, y1), box.line)


def _inner(element: Element, tag: str) -> Element:
    found = element.first(tag)
    if found is None:
        raise Slip("malformed_annotations", f"expected <{tag}> in <{element.tag}>, found none", element.line)
    return found


def _number(element: Element) -> float:
    try:
        number = float(element.text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Slip("invalid_numbers", f"{element.tag}: expected a number, got '{element.text}'", element.line)
    return number


def _declared(annotation: Element) -> tuple[int, int] | None:
    """The image's size by its annotation; many tools leave it out, or write zeros."""
    size = annotation.first("size")
    sides = [size.first(side) for side in ("height", "width")] if size else []
    texts = [side.text for side in sides if side]
    if len(texts) == 2 and all(text.isdecimal() and len(text) <= MOST_DIGITS and int(text) for text in texts):
        return int(texts[0]), int(texts[1])
    return None
