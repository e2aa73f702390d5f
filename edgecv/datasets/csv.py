"""CSV: one table a split, `SPLIT.csv`, or one for all of them with a column `split`; its first line names the columns.

Classification has the columns `file` and `label`, one row an image. Detection has `x0`, `y0`, `x1`, `y1` in pixels
beside them, one row a box; a row whose label and corners are empty is an image with nothing in it. Regression has
`file`, one row an image, and columns of numbers: those that a recipe names as labels, or all but `label` and `split`.
Files are named from the data's folder on. Other columns are not read.
"""

from pathlib import Path

from edgecv.datasets import files, splits
from edgecv.datasets.csv_rows import CORNERS, SPLIT, Row, columns_of, read_rows
from edgecv.datasets.csv_samples import SAMPLES
from edgecv.datasets.faults import Faults, unknown_label
from edgecv.datasets.found import Found
from edgecv.datasets.options import refuse_unknown, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("classification", "detection", "regression")
FAULTS: tuple[str, ...] = (
    *("missing_files", "unreadable_images", "malformed_annotations", "unknown_labels", "invalid_boxes"),
    *("invalid_numbers", "duplicate_names"),
)
OPTIONS = (*splits.OPTIONS, "labels", *FAULTS)
WHOLE = "labels.csv"  # the table that has all splits
UNSPLIT = "; train: labels takes all rows for training, and val_share and test_share the others out of them"
NO_VALUES = ("file", "label", SPLIT)  # columns of a regression that nobody names


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    labels = words(data.options, "labels") or _labels(folder, data, task)
    rows = _rows(folder, data, split, task, labels, faults)
    found = _images(folder, rows, faults)
    chosen = dict(splits.members(list(found.items()), data, split))
    known = [row for row in rows if row.file in chosen and _is_known(row, labels, faults)]
    return SAMPLES[task](chosen, known, labels, faults, splits.notes(data, split))


def _labels(folder: Path, data: Data, task: Task) -> tuple[str, ...]:
    """Those of training, which tells of its faults itself."""
    if task == "regression":
        path = _table(folder, data, "train")
        others = tuple(name for name in columns_of(path, task) if name not in NO_VALUES)
        if not others:
            raise InputError(f"{path}:1: expected columns of numbers beside the column file, got none")
        return others
    return tuple(sorted({row.label for row in _rows(folder, data, "train", task, (), Faults()) if row.label}))


def found_in(folder: Path) -> Found | None:
    for name in (WHOLE, "train.csv", *sorted(path.name for path in folder.glob("*.csv"))):
        path = folder / name
        columns = columns_of(path) if path.is_file() else ()
        if {"file", "label"} <= set(columns):
            task: Task = "detection" if set(CORNERS) <= set(columns) else "classification"
        elif "file" in columns and set(columns) - {*NO_VALUES}:
            task = "regression"
        else:
            continue
        return Found(f"{name} has the columns {', '.join(columns)}", (task,))
    return None


def _table(folder: Path, data: Data, split: str) -> Path:
    candidates = [folder / f"{name}.csv" for name in splits.sources(data, split)]
    if (folder / WHOLE).is_file() and SPLIT in columns_of(folder / WHOLE):
        candidates.append(folder / WHOLE)
    elif (folder / WHOLE).is_file() and not (folder / f"{splits.source(data, 'train')}.csv").exists():
        raise splits.MissingSplit(f"{folder / WHOLE}:1: expected a column '{SPLIT}', found none{UNSPLIT}")
    return splits.place(split, "a CSV file", candidates)


def _rows(folder: Path, data: Data, split: str, task: Task, labels: tuple[str, ...], faults: Faults) -> list[Row]:
    path, names = _table(folder, data, split), splits.sources(data, split)
    rows = read_rows(path, task, labels if task == "regression" else (), faults)
    if path != folder / WHOLE or f"{names[0]}.csv" == WHOLE:
        return rows
    chosen = next((found for name in names if (found := [row for row in rows if row.split == name])), [])
    if not chosen:
        has = ", ".join(f"'{each}'" for each in sorted({row.split for row in rows}))
        none = f"found none{f', but of {has}' if has else ''}"
        raise splits.MissingSplit(f"{path}: expected rows of the split '{names[0]}', {none}{splits.CURES[split]}")
    return chosen


def _images(folder: Path, rows: list[Row], faults: Faults) -> dict[str, Path]:
    """The images that are there, in the order of the table."""
    found: dict[str, Path] = {}
    said: set[str] = set()
    for row in rows:
        if row.file in found or row.file in said:
            continue
        path = files.inside(folder, row.file)
        if path and files.is_file(path):
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
    faults.add("unknown_labels", row.table, unknown_label(labels, row.label), row.line)
    return False
