"""The rows of a CSV file with their lines, and the columns by the names that people give them."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from edgecv.datasets import files
from edgecv.datasets.boxes import Corners
from edgecv.datasets.faults import Faults, Slip
from edgecv.errors import InputError
from edgecv.records.recipe import Task

MOST_MB = 512
HEADER_BYTES = 4096
CORNERS = ("x0", "y0", "x1", "y1")
COLUMNS: Mapping[Task, tuple[str, ...]] = {
    "classification": ("file", "label"),
    "detection": ("file", "label", *CORNERS),
    "regression": ("file",),
}
SPLIT = "split"
NAMES = {  # other words for our columns, as common tools write them
    **{"filename": "file", "file_name": "file", "image": "file", "path": "file"},
    **{"class": "label", "class_name": "label", "category": "label"},
    **{"xmin": "x0", "ymin": "y0", "xmax": "x1", "ymax": "y1"},
}


class Row(NamedTuple):
    table: Path
    line: int
    file: str
    label: str
    corners: Corners | None
    values: tuple[float, ...]
    split: str


def columns_of(path: Path, task: Task = "detection") -> tuple[str, ...]:
    """The columns that the first line of a file names, those of a task by our names; none where it is no such file."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES).decode("utf-8-sig", "replace").replace("\0", "")
    first = next(io.StringIO(head, newline=None), "")
    return tuple(_known(next(csv.reader([first]), []), task))


def read_rows(path: Path, task: Task, values: Sequence[str], faults: Faults) -> list[Row]:
    """The rows that can be meant, with the numbers in the columns that are named `values`."""
    reader = csv.reader(io.StringIO(files.text(path, "a CSV file", MOST_MB), newline=None), strict=True)
    rows = []
    wanted = (*COLUMNS[task], *values)
    try:
        columns = list(_known(next(reader, []), task))
        missing = [name for name in wanted if name not in columns]
        if missing or len(set(columns)) < len(columns):
            has = ", ".join(columns) or "an empty line"
            semicolons = "; put commas between the cells" if ";" in has else ""
            raise InputError(
                f"{path}:1: expected different columns with {', '.join(wanted)} among them, got {has}{semicolons}"
            )
        for cells in reader:
            try:
                if any(cells):
                    rows.append(_row(_cells(cells, columns), task, values, path, reader.line_num))
            except Slip as slip:
                faults.add(slip.kind, path, str(slip), reader.line_num)
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not well-formed CSV: {error}") from error
    return rows


def _known(columns: list[str], task: Task) -> Iterator[str]:
    stripped = [column.strip() for column in columns]
    for column in stripped:
        ours = NAMES.get(column.lower(), column)
        # Our own word is meant where both are there; and what another task would read may be the name of a value.
        yield column if ours in stripped or ours not in COLUMNS[task] else ours


def _cells(cells: list[str], columns: list[str]) -> Mapping[str, str]:
    if len(cells) != len(columns):
        raise Slip("malformed_annotations", f"expected {len(columns)} cells, got {len(cells)}")
    return dict(zip(columns, (cell.strip() for cell in cells), strict=True))


def _row(of: Mapping[str, str], task: Task, values: Sequence[str], path: Path, line: int) -> Row:
    if not of["file"]:
        raise Slip("malformed_annotations", "file: expected the name of an image, got nothing")
    corners = _corners([of[name] for name in CORNERS]) if task == "detection" else None
    if task == "detection" and (corners is None) != (of["label"] == ""):
        raise Slip("malformed_annotations", "expected a label and four corners, or none of them")
    label = of["label"] if "label" in COLUMNS[task] else ""
    numbers = tuple(_number(name, of[name]) for name in values)
    return Row(path, line, of["file"], label, corners, numbers, of.get(SPLIT, ""))


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Slip("invalid_numbers", f"{name}: expected a finite number, got {repr(text) if text else 'nothing'}")
    return number


def _corners(texts: list[str]) -> Corners | None:
    if not any(texts):
        return None
    try:
        x0, y0, x1, y1 = map(float, texts)
    except ValueError:
        raise Slip("invalid_numbers", f"expected four numbers, got '{', '.join(texts)}'") from None
    return x0, y0, x1, y1
