"""What a user names on the command line, as one list of images."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Sequence, Union

import numpy as np

from edgecv.errors import InputError

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


class Picture(NamedTuple):
    """One image to predict: what it is called, how the names of files about it begin, and where its pixels are."""

    name: str
    stem: str
    source: Union[Path, np.ndarray]


def find_pictures(sources: Sequence[str]) -> List[Picture]:
    """Images, the images of folders, stacks of images (.npy) and lists of paths (@FILE), in the order given."""
    found: Dict[str, Picture] = {}
    for source in sources:
        for picture in _find(source):
            stem = _unlike(picture.stem, found)
            found[stem] = picture._replace(stem=stem)
    return list(found.values())


def _unlike(stem: str, taken: Dict[str, Picture]) -> str:
    """The stem, numbered where another image has it: folders may hold images of the same name."""
    number, unlike = 1, stem
    while unlike in taken:
        number += 1
        unlike = f"{stem}-{number}"
    return unlike


def _find(source: str) -> Iterator[Picture]:
    path = Path(source)
    if source.startswith("@"):
        yield from _listed(Path(source[1:]))
    elif path.is_dir():
        yield from _in_folder(path)
    elif not path.exists():
        raise InputError(f"{path}: no such file or folder")
    elif path.suffix == ".npy":
        yield from _in_stack(path)
    else:
        yield _file(path)


def _file(path: Path) -> Picture:
    return Picture(str(path), path.stem, path)


def _listed(path: Path) -> Iterator[Picture]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected a text file with one path a line: {error}") from error
    for line in lines:
        if line.strip():
            yield _file(Path(line.strip()))


def _in_folder(folder: Path) -> Iterator[Picture]:
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise InputError(f"{folder}: expected images, found no file that ends in {', '.join(SUFFIXES)}")
    for path in found:
        yield _file(path)


def _in_stack(path: Path) -> Iterator[Picture]:
    images = read_stack(path)
    if images.shape[3] != 3:
        raise InputError(f"{path}: expected images of (n, height, width, 3), got {images.shape}")
    for number, image in enumerate(images):
        yield Picture(f"{path}[{number}]", f"{path.stem}-{number}", image)


def read_stack(path: Path) -> np.ndarray:
    """The images (n, height, width, channels) uint8 of a .npy file, read from the disk when they are looked at."""
    try:
        images: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: expected a .npy file of images: {error}") from error
    if images.ndim != 4 or images.dtype != np.uint8:
        raise InputError(f"{path}: expected (n, height, width, channels) uint8, got {images.shape} {images.dtype}")
    return images
