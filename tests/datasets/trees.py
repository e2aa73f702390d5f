"""Tiny data sets on disk, one for each format that reads files, and what a recipe would say of them."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

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


def coco(folder: Path) -> Data:
    """COCO: two images a split, with categories whose ids are any numbers."""
    for split in SPLITS:
        names = [f"{split}_{number}.png" for number in range(2)]
        for name in names:
            picture(folder / split / name)
        write_coco(folder, split, names, [box for box in COCO_BOXES for _ in names], [7, 3])
    return Data("coco", str(folder))


COCO_BOXES = ([0, 0, 32, 24], [2.5, 4, 7.5, 16])  # x, y, width, height


def write_coco(
    folder: Path, split: str, names: Sequence[str], boxes: Sequence[Any], ids: Sequence[int], **more: Any
) -> Path:
    """The JSON of a split: boxes go to the images in turn, ids of categories to the boxes in blocks."""
    height, width = SIZE
    block = max(1, len(boxes) // len(ids))
    plain = {
        "images": [
            {"id": 100 + number, "file_name": name, "height": height, "width": width}
            for number, name in enumerate(names)
        ],
        "categories": [{"id": 7, "name": "dog"}, {"id": 3, "name": "cat"}],
        "annotations": [
            {
                "id": number,
                "image_id": 100 + number % len(names),
                "category_id": ids[min(number // block, len(ids) - 1)],
                "bbox": box,
                "iscrowd": 0,
            }
            for number, box in enumerate(boxes)
        ],
    }
    path = folder / "annotations" / f"instances_{split}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**plain, **more}))
    return path


def yolo(folder: Path) -> Data:
    """YOLO: two images a split, one box over the whole image and one in it."""
    for split in SPLITS:
        for number in range(2):
            picture(folder / "images" / split / f"{split}_{number}.png")
            lines = folder / "labels" / split / f"{split}_{number}.txt"
            lines.parent.mkdir(parents=True, exist_ok=True)
            lines.write_text("1 0.5 0.5 1 1\n0 0.25 0.5 0.125 0.25\n")
    (folder / "data.yaml").write_text("train: ../elsewhere\nnames: {0: cat, 1: dog}\n")
    return Data("yolo", str(folder))


def csv(folder: Path) -> Data:
    """CSV: four images a split with one box each, whose corners are values too, so that it serves all its tasks."""
    for split in SPLITS:
        rows = ["file,label,x0,y0,x1,y1"]
        for number in range(4):
            name = f"images/{split}_{number}.png"
            picture(folder / name)
            rows.append(f"{name},{LABELS[number % 2]},{number},{1 + number / 4},{20.5 + number},{10 + number}")
        (folder / f"{split}.csv").write_text("\n".join(rows))
    return Data("csv", str(folder))


def idx(folder: Path) -> Data:
    """The idx files of MNIST: training gzipped and the test not, since both are found."""
    rng = np.random.default_rng(1)
    for split, count, ending in (("train", 8, "-ubyte.gz"), ("t10k", 4, "-ubyte")):
        images, labels = rng.integers(0, 256, (count, 6, 5), np.uint8), np.arange(count, dtype=np.uint8) % 3
        write_idx(folder / f"{split}-images-idx3{ending}", images)
        write_idx(folder / f"{split}-labels-idx1{ending}", labels)
    return Data("idx", str(folder), {"val_share": 0.25})


def write_idx(path: Path, array: np.ndarray, header: bytes | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lengths = np.array(array.shape, ">u4").tobytes()
    content = (header or bytes([0, 0, 8, array.ndim]) + lengths) + array.tobytes()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


def cifar10(folder: Path) -> Data:
    """CIFAR-10 in its binary version: two batches of four images, and one of the test."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2)
    for name in ("data_batch_1", "data_batch_2", "test_batch"):
        records = rng.integers(0, 256, (4, 1 + 3 * 32 * 32), np.uint8)
        records[:, 0] = [3, 0, 9, 3]
        (folder / f"{name}.bin").write_bytes(records.tobytes())
    return Data("cifar10", str(folder), {"val_share": 0.25})


TREES: dict[str, Callable[[Path], Data]] = {
    "voc": voc,
    "coco": coco,
    "yolo": yolo,
    "csv": csv,
    "masks": masks,
    "image_folder": image_folder,
    "idx": idx,
    "cifar10": cifar10,
}


def example(name: str, folder: Path) -> Data:
    """Data of any listed format: what it makes by itself, or a tree of its files in that folder."""
    return TREES[name](folder) if name in TREES else Data(name)
