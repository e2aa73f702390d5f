"""The JSON of COCO as records: images, categories and objects, with what cannot be meant left out and said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from edgecv.datasets import files
from edgecv.datasets.boxes import Corners
from edgecv.datasets.faults import Faults, Slip
from edgecv.datasets.options import is_unicode
from edgecv.errors import InputError

MOST_MB = 1024  # the largest file of the published COCO has 450
MOST_DIGITS = 18  # of an id: more are no number that anybody counted to


class Image(NamedTuple):
    id: int
    file_name: str
    declared: tuple[int, int] | None  # height and width


class Object(NamedTuple):
    image: int
    category: int
    corners: Corners
    crowd: bool
    where: str  # its place in the file


class Instances(NamedTuple):
    images: list[Image]
    categories: dict[int, str]
    objects: list[Object]


def read_instances(path: Path, faults: Faults) -> Instances:
    """All of a file; one that is no such JSON at all is refused at once."""
    written = _parsed(path)
    categories = _categories(written, path)
    images: dict[int, Image] = {}
    names: set[str] = set()
    for where, plain in _listed(written, "images", path):
        with _Collected(path, where, faults):
            image = _image(plain)
            if image.id in images or image.file_name in names:
                raise Slip("duplicate_names", f"'{image.file_name}' with id {image.id} is listed twice")
            images[image.id] = image
            names.add(image.file_name)
    objects = []
    for where, plain in _listed(written, "annotations", path):
        with _Collected(path, where, faults):
            objects.append(_object(plain, where, images, categories))
    return Instances(list(images.values()), categories, objects)


class _Collected:
    """Turns a Slip inside into a fault of the file, so that what follows is read as well."""

    def __init__(self, path: Path, where: str, faults: Faults) -> None:
        self.path, self.where, self.faults = path, where, faults

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Slip):
            return False
        self.faults.add(error.kind, self.path, f"{self.where}: {error}")
        return True


def _parsed(path: Path) -> dict[str, Any]:
    written = files.content(path, "a JSON file", MOST_MB)
    try:
        parsed = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not well-formed JSON: {error}") from error
    except MemoryError as error:
        raise InputError(f"{path}: does not fit into this machine's memory; split it") from error
    lists = ("images", "annotations", "categories")
    if not isinstance(parsed, dict) or not all(isinstance(parsed.get(each), list) for each in lists):
        raise InputError(f"{path}: expected an object with the lists {', '.join(lists)}")
    return parsed


def _listed(written: dict[str, Any], name: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, plain in enumerate(written[name]):
        if not isinstance(plain, dict):
            raise InputError(f"{path}: {name}[{number}]: expected an object, got '{plain!s:.40}'")
        yield f"{name}[{number}]", plain


def _categories(written: dict[str, Any], path: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for where, plain in _listed(written, "categories", path):
        try:
            key, name = _id(plain, "id"), _text(plain, "name")
        except Slip as slip:
            raise InputError(f"{path}: {where}: {slip}") from slip
        if key in found or name in found.values():
            raise InputError(f"{path}: {where}: the category '{name}' with id {key} is there twice")
        found[key] = name
    return found


def _image(plain: dict[str, Any]) -> Image:
    height, width = plain.get("height"), plain.get("width")
    declared = (height, width) if isinstance(height, int) and isinstance(width, int) and height and width else None
    return Image(_id(plain, "id"), _text(plain, "file_name"), declared)


def _object(plain: dict[str, Any], where: str, images: dict[int, Image], categories: dict[int, str]) -> Object:
    image, category = _id(plain, "image_id"), _id(plain, "category_id")
    if image not in images:
        raise Slip("missing_files", f"image_id: no image has the id {image}")
    if category not in categories:
        raise Slip("unknown_labels", f"category_id: no category has the id {category}")
    return Object(image, category, _corners(plain), plain.get("iscrowd") == 1, where)


def _corners(plain: dict[str, Any]) -> Corners:
    box = plain.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        raise Slip("malformed_annotations", f"bbox: expected [x, y, width, height], got '{box!s:.40}'")
    if not all(_is_number(side) for side in box):
        raise Slip("invalid_numbers", f"bbox: expected four numbers, got '{box!s:.60}'")
    x, y, width, height = map(float, box)
    return x, y, x + width, y + height


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**MOST_DIGITS


def _id(plain: dict[str, Any], name: str) -> int:
    value = plain.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**MOST_DIGITS:
        raise Slip("malformed_annotations", f"{name}: expected a whole number, got '{value!s:.40}'")
    return value


def _text(plain: dict[str, Any], name: str) -> str:
    value = plain.get(name)
    if not isinstance(value, str) or not value:
        raise Slip("malformed_annotations", f"{name}: expected a text, got '{value!s:.40}'")
    if not is_unicode(value):
        raise Slip("malformed_annotations", f"{name}: expected a text, got {value!a:.40}, half a character")
    return value
