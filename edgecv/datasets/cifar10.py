"""CIFAR-10 in its binary version: `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin`, `batches.meta.txt`.

A record is one byte for the label and 3 x 32 x 32 bytes of red, green and blue. A validation split comes by
`val_share`. Nothing is downloaded here.
"""

from pathlib import Path

import numpy as np

from edgecv.datasets import files, splits
from edgecv.datasets.arrays import indices_in, members_of, samples
from edgecv.datasets.faults import Faults
from edgecv.datasets.found import Found
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("classification",)
FAULTS: tuple[str, ...] = ("unknown_labels",)
OPTIONS = (*splits.OPTIONS, "labels", *FAULTS)
SIDE, CHANNELS = 32, 3
RECORD = 1 + CHANNELS * SIDE * SIDE
PATTERNS = {"train": "data_batch_*.bin", "test": "test_batch.bin", "val": "val_batch.bin"}
NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    batches = _batches(folder, data, split)
    records = [np.memmap(path, np.uint8, "r").reshape(-1, RECORD) for path in batches]
    starts = np.cumsum([0, *(len(batch) for batch in records)])
    labels = words(data.options, "labels") or _names(folder)
    kept = [
        start + indices_in(batch[:, 0], labels, path, faults)
        for start, batch, path in zip(starts, records, batches, strict=False)
    ]
    chosen = members_of(np.concatenate(kept), data, split)

    def image(number: int) -> np.ndarray:
        batch = int(np.searchsorted(starts, number, side="right")) - 1
        planes = records[batch][number - starts[batch], 1:].reshape(CHANNELS, SIDE, SIDE)
        return np.ascontiguousarray(planes.transpose(1, 2, 0))

    classes = np.concatenate([batch[:, 0] for batch in records])
    return samples(labels, batches, split, chosen, classes, image, splits.notes(data, split))


def found_in(folder: Path) -> Found | None:
    found = sorted(path.name for path in folder.glob(PATTERNS["train"]))
    return Found(f"{found[0]} is there", TASKS) if found else None


def _batches(folder: Path, data: Data, split: str) -> list[Path]:
    source = splits.source(data, split)
    pattern = PATTERNS.get(source, f"{source}.bin")
    found = sorted(folder.glob(pattern)) or [splits.place(split, "a file of records", [folder / pattern])]
    for path in found:
        size = path.stat().st_size
        if size == 0 or size % RECORD:
            raise InputError(f"{path}: expected records of {RECORD} bytes each, got {size} bytes; is it whole?")
    return found


def _names(folder: Path) -> tuple[str, ...]:
    path = folder / "batches.meta.txt"
    return files.labels(path) if path.exists() else NAMES
