"""Tiny data sets on disk, one for each format that reads files, and what a recipe would say of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from edgecv.records.recipe import Data

SPLITS = ("train", "val", "test")
SIZE = (24, 32)  # height, width
LABELS = ("cat", "dog")

Drawn = tuple[str, tuple[float, float, float, float]]  # a label, and xmin, ymin, xmax, ymax
TWO_OBJECTS: Sequence[Drawn] = (("dog", (1, 1, 32, 24)), ("cat", (3, 5, 10, 20)))


def picture(path: Path, size: tuple[int, int] = SIZE) -> Path:
    """An image that no other path has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(list(str(path.relative_to(path.parents[2])).encode()))
    Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(path)
    return path


def voc(folder: Path) -> Data:
    """Pascal VOC: two images a split."""
    for split in SPLITS:
        names = [f"{split}_{number}" for number in range(2)]
        for name in names:
            picture(folder / "JPEGImages" / f"{name}.png")
            annotate(folder, name, TWO_OBJECTS)
        listed = folder / "ImageSets/Main" / f"{split}.txt"
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.write_text("".join(f"{name}\n" for name in names))
    return Data("voc", str(folder))


def annotate(folder: Path, name: str, objects: Sequence[Drawn], *, difficult: int = 0) -> Path:
    """The annotation of one image, with all that labelling tools leave in it."""
    lines = [f"<annotation><folder>x</folder><filename>{name}.png</filename><path>/nowhere/{name}.png</path>"]
    for label, (xmin, ymin, xmax, ymax) in objects:
        box = f"<bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox>"
        lines += ["<object>", f"<name>{label}</name><difficult>{difficult}</difficult>", box, "</object>"]
    path = folder / "Annotations" / f"{name}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, "</annotation>"]))
    return path


def masks(folder: Path) -> Data:
    """Image and mask pairs: two a split, with both labels and void in each."""
    for split in SPLITS:
        for number in range(2):
            picture(folder / "images" / split / f"{split}_{number}.png")
            mask(folder / "masks" / split / f"{split}_{number}.png")
    (folder / "classes.txt").write_text("".join(f"{label}\n" for label in LABELS))
    return Data("masks", str(folder))


def mask(path: Path, values: Sequence[int] = (0, 1, 255), size: tuple[int, int] = SIZE) -> Path:
    """A mask of stripes, one for each value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stripes = np.repeat(np.array(values, np.uint8), -(-size[0] // len(values)))[: size[0]]
    Image.fromarray(np.broadcast_to(stripes[:, None], size).copy()).save(path)
    return path


def image_folder(folder: Path) -> Data:
    """A folder for each class: two images of it in each split."""
    for split in SPLITS:
        for label in LABELS:
            for number in range(2):
                picture(folder / split / label / f"{split}_{label}_{number}.png")
    return Data("image_folder", str(folder))


TREES: dict[str, Callable[[Path], Data]] = {"voc": voc, "masks": masks, "image_folder": image_folder}


def example(name: str, folder: Path) -> Data:
    """Data of any listed format: what it makes by itself, or a tree of its files in that folder."""
    return TREES[name](folder) if name in TREES else Data(name)
