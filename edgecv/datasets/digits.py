"""Handwritten digits, 1797 of them at 8 x 8 pixels, which scikit-learn carries: the smallest real data there is."""

import hashlib
from pathlib import Path

import numpy as np

from edgecv.datasets.faults import Faults
from edgecv.datasets.found import Found
from edgecv.datasets.options import refuse_path, refuse_unknown
from edgecv.errors import Unavailable
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Label, Samples

TASKS: tuple[Task, ...] = ("classification",)
SPLITS: tuple[str, ...] = ("train", "val", "test")
FAULTS: tuple[str, ...] = ()
SHARES = (0.6, 0.8)  # where the second and the third split begin, within each class


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_path(data)
    refuse_unknown(data, ())
    images, classes = _read()
    chosen = _members(classes, SPLITS.index(split))
    images, classes = images[chosen], classes[chosen]
    return Samples(
        labels=tuple("0123456789"),
        digest="sha256:" + hashlib.sha256(images.tobytes() + classes.tobytes()).hexdigest(),
        names=tuple(f"{split}-{number:04d}" for number in chosen),
        image=lambda index: images[index],
        truth=lambda index: Label(int(classes[index])),
    )


def found_in(folder: Path) -> Found | None:  # noqa: ARG001
    return None  # reads no files


def _read() -> tuple[np.ndarray, np.ndarray]:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise Unavailable("data.format: 'digits' comes with scikit-learn: pip install 'edgecv[train]'") from error
    digits = load_digits()
    gray = np.rint(digits.images * (255 / 16)).astype(np.uint8)  # stored in 17 levels
    return np.repeat(gray[..., None], 3, axis=-1), digits.target.astype(np.int64)


def _members(classes: np.ndarray, split: int) -> np.ndarray:
    """The images of one split: the same share of every class, drawn once and for all."""
    rng = np.random.default_rng(0)
    chosen = []
    for index in np.unique(classes):
        shuffled = rng.permutation(np.flatnonzero(classes == index))
        edges = [round(share * len(shuffled)) for share in SHARES]
        chosen.append(np.split(shuffled, edges)[split])
    return np.sort(np.concatenate(chosen))
