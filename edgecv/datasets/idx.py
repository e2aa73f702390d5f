"""The idx files of MNIST and its kin, plain or gzipped: `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz`.

The test split is called `t10k` in them. Debian's package `dataset-fashion-mnist` puts Fashion-MNIST into
`/usr/share/datasets/fashion-mnist`; nothing is downloaded here. A validation split comes by `val_share`. The files know
labels as numbers, which the option `labels` gives names.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from edgecv.datasets import files, splits
from edgecv.datasets.arrays import indices_in, members_of, samples
from edgecv.datasets.faults import Faults
from edgecv.datasets.found import Found
from edgecv.datasets.idx_file import read_array, read_shape
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("classification",)
FAULTS: tuple[str, ...] = ("unknown_labels",)
OPTIONS = (*splits.OPTIONS, "labels", *FAULTS)
ENDINGS = tuple(f"{dot}ubyte{gz}" for dot in ("-", ".") for gz in (".gz", ""))
PUBLISHED = {"test": "t10k"}


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    images, of_images = (_file(folder, data, split, what) for what in ("images-idx3", "labels-idx1"))
    count, *_size = read_shape(images, 3)
    classes = read_array(of_images, 1)
    if len(classes) != count:
        raise InputError(f"{of_images}: expected {count} labels as {images.name} has images, got {len(classes)}")
    labels = words(data.options, "labels") or _numbers(folder, data)
    chosen = members_of(indices_in(classes, labels, of_images, faults), data, split)

    @lru_cache(maxsize=1)
    def pixels() -> np.ndarray:
        return read_array(images, 3)

    return samples(
        labels,
        [images, of_images],
        split,
        chosen,
        classes,
        lambda number: np.repeat(pixels()[number][..., None], 3, axis=-1),
        splits.notes(data, split),
    )


def found_in(folder: Path) -> Found | None:
    found = sorted(path.name for path in folder.iterdir() if "-images" in path.name and "idx3" in path.name)
    return Found(f"{found[0]} is there", TASKS) if found else None


def _file(folder: Path, data: Data, split: str, what: str) -> Path:
    names = splits.sources(data, split)
    names = (*names, *(PUBLISHED[name] for name in names if name in PUBLISHED and split not in data.options))
    dashed = [f"{name}-{what}{ending}" for name in names for ending in ENDINGS]
    dotted = [each.replace("-idx", ".idx") for each in dashed]
    return splits.place(split, "an idx file", [folder / each for each in (*dashed, *dotted)])


def _numbers(folder: Path, data: Data) -> tuple[str, ...]:
    """The labels of training, which are called by their numbers."""
    classes = read_array(_file(folder, data, "train", "labels-idx1"), 1)
    return tuple(str(number) for number in range(int(classes.max()) + 1 if len(classes) else 0))
