"""Ways to break the data sets of trees.py, and what a case of broken data is made of."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from PIL import Image

from edgecv.records.recipe import Task
from tests.datasets.trees import COCO_BOXES, TWO_OBJECTS, annotate, write_coco

Found = Literal["opening", "decoding", "warning"]
Break = Callable[[Path], Any]


class Case(NamedTuple):
    tree: str
    broken: Break
    kind: str
    says: str
    found: Found = "opening"
    options: dict[str, Any] = {}  # noqa: RUF012
    task: Task | None = None


def remove(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def text(name: str, content: str) -> Break:
    return lambda folder: (folder / name).write_text(content)


def content(name: str, written: bytes) -> Break:
    return lambda folder: (folder / name).write_bytes(written)


def cut(name: str) -> Break:
    """A file that ends before half of it."""
    return lambda folder: (folder / name).write_bytes(
        (folder / name).read_bytes()[: len((folder / name).read_bytes()) // 2]
    )


def box(*corners: float) -> Break:
    return lambda folder: annotate(
        folder, "train_0", [*TWO_OBJECTS, ("cat", (corners[0], corners[1], corners[2], corners[3]))]
    )


def turn(name: str) -> Break:
    """An EXIF tag that says the camera was held upright."""

    def broken(folder: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        with Image.open(folder / name) as lying:
            lying.load()
        lying.save(folder / name, exif=exif)

    return broken


def declare(width: int, height: int) -> Break:
    """A size in an annotation."""

    def broken(folder: Path) -> None:
        path = folder / "Annotations/train_0.xml"
        size = f"<size><width>{width}</width><height>{height}</height></size>"
        path.write_text(path.read_text().replace("<object>", f"{size}<object>", 1))

    return broken


def turned_after_drawing(folder: Path) -> None:
    annotate(folder, "train_0", [("cat", (1, 1, 20, 20)), ("dog", (1, 1, 9, 9))])
    declare(32, 24)(folder)
    turn("JPEGImages/train_0.png")(folder)


def without_train_dogs(folder: Path) -> None:
    for path in (folder / "train/dog").iterdir():
        path.unlink()


def twice_over(folder: Path) -> None:
    (folder / "test/dog/same.png").write_bytes((folder / "train/dog/train_dog_0.png").read_bytes())


def sparse(name: str, size: int) -> Break:
    """A file that says it is huge, and takes no room on the disk."""

    def broken(folder: Path) -> None:
        with (folder / name).open("r+b") as file:
            file.truncate(size)

    return broken


def bomb(folder: Path) -> None:
    """A gzipped file of which a hundred times more comes out than its header tells."""
    header = bytes([0, 0, 8, 3]) + np.array([8, 6, 5], ">u4").tobytes()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + bytes(10**6)))


def coco_boxes(*boxes: Any) -> Break:
    return lambda folder: write_coco(folder, "train", ["train_0.png", "train_1.png"], boxes, [7, 3])


def coco_image(name: str) -> Break:
    return lambda folder: write_coco(folder, "train", ["train_0.png", name], COCO_BOXES, [7, 3])


LONG = 300 * "x"  # letters: more than any file's name has
