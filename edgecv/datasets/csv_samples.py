"""The samples that the rows of a CSV file make: one row an image of a class or of values, or one row a box."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.datasets import boxes, headers
from edgecv.datasets.boxes import Drawn, Picture
from edgecv.datasets.csv_rows import Row
from edgecv.datasets.faults import Faults
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Task
from edgecv.records.samples import Label, Samples, Truth, Values


def _classes(
    images: dict[str, Path], rows: list[Row], labels: tuple[str, ...], faults: Faults, notes: tuple[str, ...]
) -> Samples:
    index: dict[str, int] = {}
    for row in _first_of_each(rows, faults):
        if row.label:
            index[row.file] = labels.index(row.label)
        else:
            faults.add("malformed_annotations", row.table, "label: expected a label, got nothing", row.line)
    return _one_each(images, index, Label, labels, faults, notes)


def _values(
    images: dict[str, Path], rows: list[Row], labels: tuple[str, ...], faults: Faults, notes: tuple[str, ...]
) -> Samples:
    numbers = {row.file: row.values for row in _first_of_each(rows, faults)}
    return _one_each(images, numbers, lambda each: Values(np.array(each)), labels, faults, notes)


def _first_of_each(rows: list[Row], faults: Faults) -> list[Row]:
    """One row an image."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.file in first:
            faults.add("duplicate_names", row.table, f"'{row.file}' is listed twice", row.line)
        first.setdefault(row.file, row)
    return list(first.values())


def _one_each(
    images: dict[str, Path],
    said: Mapping[str, Any],
    truth: Callable[[Any], Truth],
    labels: tuple[str, ...],
    faults: Faults,
    notes: tuple[str, ...],
) -> Samples:
    """The readable ones of the images about which something is said, and the truth that it makes."""
    readable = headers.sized({name: images[name] for name in said}, faults)
    names = tuple(name for name in said if name in readable)
    contents = [[name, digest_of_file(images[name]), said[name]] for name in names]
    return Samples(
        labels=labels,
        digest=digest_of([labels, contents]),
        names=names,
        image=lambda number: images[names[number]],
        truth=lambda number: truth(said[names[number]]),
        notes=notes,
    )


def _boxes(
    images: dict[str, Path], rows: list[Row], labels: tuple[str, ...], faults: Faults, notes: tuple[str, ...]
) -> Samples:
    drawn: dict[str, list[Drawn]] = {name: [] for name in images}
    for row in rows:
        if row.corners:
            drawn[row.file].append(Drawn(row.corners, labels.index(row.label), row.table, row.line))
    seen = headers.sized(images, faults)
    pictures = [Picture(name, images[name], seen[name], drawn[name], images[name]) for name in seen]
    return boxes.samples(pictures, labels, faults, notes)


SAMPLES: Mapping[Task, Callable[..., Samples]] = {
    "classification": _classes,
    "detection": _boxes,
    "regression": _values,
}
