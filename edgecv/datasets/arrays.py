"""What formats share that keep all images of a split in one array: numbered images, and a label for each."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from edgecv.datasets import splits
from edgecv.datasets.faults import Faults
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data
from edgecv.records.samples import Label, Samples


def indices_in(classes: np.ndarray, labels: Sequence[str], path: Path, faults: Faults) -> np.ndarray:
    """The numbers of the images whose label has a name."""
    known = classes < len(labels)
    for number in np.flatnonzero(~known):
        says = f"label of image {number}: expected 0 to {len(labels) - 1}, got {classes[number]}"
        faults.add("unknown_labels", path, says)
    return np.flatnonzero(known)


def members_of(numbers: np.ndarray, data: Data, split: str) -> list[int]:
    return splits.members(numbers.tolist(), data, split)


def samples(
    labels: tuple[str, ...],
    paths: Sequence[Path],
    split: str,
    chosen: Sequence[int],
    classes: np.ndarray,
    image: Callable[[int], np.ndarray],
    notes: tuple[str, ...],
) -> Samples:
    """The chosen images; the digest is of the files and of what was chosen, so that no pixel is read for it."""
    members = hashlib.sha256(np.asarray(chosen, np.int64).tobytes()).hexdigest()
    return Samples(
        labels=labels,
        digest=digest_of([labels, [digest_of_file(path) for path in paths], members]),
        names=tuple(f"{split}-{number:05d}" for number in chosen),
        image=lambda index: image(chosen[index]),
        truth=lambda index: Label(int(classes[chosen[index]])),
        notes=notes,
    )
