"""Images as their headers tell of them: sizes without decoding, and what is no image."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base

from edgecv.datasets.faults import Faults
from edgecv.errors import InputError
from edgecv.ondevice.decoding import ORIENTATION, open_picture

LYING = (5, 6, 7, 8)  # EXIF orientations that swap height and width


class Seen(NamedTuple):
    """An image as its header tells of it: upright, and whether its EXIF tag swaps height and width for that."""

    size: tuple[int, int]  # height, width
    turned: bool
    mode: str  # of its colours, in Pillow's words

    @property
    def stored(self) -> tuple[int, int]:
        return self.size[::-1] if self.turned else self.size


def look(paths: Iterable[Path], faults: Faults) -> dict[Path, Seen]:
    """What the headers of images tell, for those that can be read.

    Where unreadable images are to be left out, and where a thorough look is wanted, every image is decoded as well:
    a file that ends too early has a perfect header.
    """
    wanted = list(paths)
    decode = faults.thorough or faults.rule("unreadable_images") == "drop"
    seen: dict[Path, Seen] = {}
    for path, answer in zip(wanted, _decoded_all(wanted, faults) if decode else map(_seen, wanted), strict=True):
        if isinstance(answer, Seen):
            seen[path] = answer
        else:
            faults.add("unreadable_images", path, answer)
    return seen


def sized(found: Mapping[str, Path], faults: Faults) -> dict[str, Seen]:
    """The same by the images' names."""
    seen = look(found.values(), faults)
    return {name: seen[path] for name, path in found.items() if path in seen}


def _decoded_all(paths: list[Path], faults: Faults) -> Iterator[Seen | str]:
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # decoders let go of the interpreter
        for number, answer in enumerate(threads.map(_decoded, paths), start=1):
            faults.tell(f"image {number}/{len(paths)}")
            yield answer


def _decoded(path: Path) -> Seen | str:
    try:
        open_picture(path)
    except InputError as error:
        return str(error).removeprefix(f"{path}: ")
    return _seen(path)


def _seen(path: Path) -> Seen | str:
    try:
        with Image.open(path) as picture:
            width, height = _stored_size(picture)
            turned, mode = _is_turned(picture), picture.mode
    except Exception as error:  # a damaged file makes decoders raise anything
        if path.is_file() and not path.stat().st_size:
            return "expected an image, got an empty file"
        if isinstance(error, UnidentifiedImageError):
            return "not an image in a format that can be read here"
        return f"the image cannot be read: {' '.join(str(error).split())}"
    return Seen((width, height) if turned else (height, width), turned, mode)


def _stored_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height as they lie in the file. Of a TIFF, newer versions of Pillow tell the upright ones at once."""
    if picture.format != "TIFF":
        return picture.size
    tags = picture.getexif()
    return int(tags[Base.ImageWidth]), int(tags[Base.ImageLength])


def _is_turned(picture: Image.Image) -> bool:
    try:
        # Not the format's own `getexif`: that of PNG decodes all pixels, to look behind them too.
        return Image.Image.getexif(picture).get(ORIENTATION) in LYING
    except Exception:  # damaged EXIF must not cost the picture that it describes
        return False
