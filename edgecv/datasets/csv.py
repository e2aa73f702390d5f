"""CSV: one table a split, `SPLIT.csv`, or one for all of them with a column `split`; its first line names the columns.

Classification has the columns `file` and `label`, one row an image. Detection has `x0`, `y0`, `x1`, `y1` in pixels
beside them, one row a box; a row whose label and corners are empty is an image with nothing in it. Files are named from
the data's folder on. Other columns are not read.
"""

from pathlib import Path

from edgecv.datasets import boxes, files, headers, splits
from edgecv.datasets.boxes import Drawn, Picture
from edgecv.datasets.csv_rows import CORNERS, Row, columns_of, read_rows
from edgecv.datasets.faults import Faults
from edgecv.datasets.found import Found
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import not_one_of
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Label, Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("classification", "detection")
FAULTS: tuple[str, ...] = (
    *("missing_files", "unreadable_images", "malformed_annotations", "unknown_labels", "invalid_boxes"),
    *("invalid_numbers", "duplicate_names"),
)
OPTIONS = (*splits.OPTIONS, "labels", *FAULTS)
WHOLE = "labels.csv"  # the table that has all splits


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    boxed = task == "detection"
    rows = _rows(folder, data, split, boxed, faults)
    training = rows if split == "train" else _rows(folder, data, "train", boxed, Faults())  # training tells of its own
    labels = words(data.options, "labels") or tuple(sorted({row.label for row in training if row.label}))
    found = _images(folder, rows, faults)
    chosen = dict(splits.members(list(found.items()), data, split))
    known = [row for row in rows if row.file in chosen and _is_known(row, labels, faults)]
    notes = splits.notes(data, split)
    return (_boxes if boxed else _classes)(chosen, known, labels, faults, notes)


def found_in(folder: Path) -> Found | None:
    for name in (WHOLE, "train.csv", *sorted(path.name for path in folder.glob("*.csv"))):
        path = folder / name
        columns = columns_of(path) if path.is_file() else ()
        if {"file", "label"} <= set(columns):
            task: Task = "detection" if set(CORNERS) <= set(columns) else "classification"
            return Found(f"{name} has the columns {', '.join(columns)}", (task,))
    return None


def _rows(folder: Path, data: Data, split: str, boxed: bool, faults: Faults) -> list[Row]:
    names = splits.sources(data, split)
    candidates = [folder / f"{name}.csv" for name in names]
    if (folder / WHOLE).is_file() and "split" in columns_of(folder / WHOLE):
        candidates.append(folder / WHOLE)
    path = splits.place(split, "a CSV file", candidates)
    rows = read_rows(path, boxed, faults)
    if path != folder / WHOLE or f"{names[0]}.csv" == WHOLE:
        return rows
    chosen = next((found for name in names if (found := [row for row in rows if row.split == name])), [])
    if not chosen:
        raise splits.MissingSplit(f"{path}: expected rows of the split '{names[0]}', found none{splits.CURES[split]}")
    return chosen


def _images(folder: Path, rows: list[Row], faults: Faults) -> dict[str, Path]:
    """The images that are there, in the order of the table."""
    found: dict[str, Path] = {}
    said: set[str] = set()
    for row in rows:
        if row.file in found or row.file in said:
            continue
        path = files.inside(folder, row.file)
        if path and path.is_file():
            found[row.file] = path
            continue
        said.add(row.file)
        if path:
            faults.add("missing_files", row.table, f"no such image: '{row.file}'", row.line)
        else:
            says = f"file: expected a file inside the data's folder, got '{row.file}'"
            faults.add("unsafe_paths", row.table, says, row.line)
    return found


def _is_known(row: Row, labels: tuple[str, ...], faults: Faults) -> bool:
    if row.label in labels or (row.label == "" and row.corners is None):
        return True
    faults.add("unknown_labels", row.table, f"label: {not_one_of(labels, row.label)}", row.line)
    return False


def _classes(
    images: dict[str, Path], rows: list[Row], labels: tuple[str, ...], faults: Faults, notes: tuple[str, ...]
) -> Samples:
    index: dict[str, int] = {}
    for row in rows:
        if row.file in index:
            faults.add("duplicate_names", row.table, f"'{row.file}' is listed twice", row.line)
        elif row.label:
            index[row.file] = labels.index(row.label)
        else:
            faults.add("malformed_annotations", row.table, "label: expected a label, got nothing", row.line)
    readable = headers.sized({name: images[name] for name in index}, faults)
    names = tuple(name for name in index if name in readable)
    contents = [[name, digest_of_file(images[name]), index[name]] for name in names]
    return Samples(
        labels=labels,
        digest=digest_of([labels, contents]),
        names=names,
        image=lambda number: images[names[number]],
        truth=lambda number: Label(index[names[number]]),
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
