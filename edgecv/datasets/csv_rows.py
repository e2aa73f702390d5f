"""The rows of a CSV file with their lines, and the columns by the names that people give them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from edgecv.datasets import files
from edgecv.datasets.boxes import Corners
from edgecv.datasets.faults import Faults, Slip
from edgecv.errors import InputError

MOST_MB = 512
HEADER_BYTES = 4096
CORNERS = ("x0", "y0", "x1", "y1")
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
    split: str


def columns_of(path: Path) -> tuple[str, ...]:
    """The columns that the first line of a file names, by our names; none where it is no such file."""
    with path.open("rb") as file:
        first = file.read(HEADER_BYTES).decode("utf-8-sig", "replace").partition("\n")[0].replace("\0", "")
    return tuple(_known(next(csv.reader([first]), [])))


def read_rows(path: Path, boxed: bool, faults: Faults) -> list[Row]:
    """The rows that can be meant; `boxed` ones have corners."""
    reader = csv.reader(io.StringIO(_text(path)), strict=True)
    rows = []
    wanted = ("file", "label", *CORNERS) if boxed else ("file", "label")
    try:
        columns = list(_known(next(reader, [])))
        missing = [name for name in wanted if name not in columns]
        if missing or len(set(columns)) < len(columns):
            has = ", ".join(columns)
            raise InputError(f"{path}:1: expected different columns with {', '.join(wanted)} among them, got {has}")
        for cells in reader:
            try:
                if any(cells):
                    rows.append(_row(cells, columns, path, reader.line_num, boxed))
            except Slip as slip:
                faults.add(slip.kind, path, str(slip), reader.line_num)
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not well-formed CSV: {error}") from error
    return rows


def _text(path: Path) -> str:
    try:
        return files.content(path, "a CSV file", MOST_MB).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected a CSV file: {error}") from error


def _known(columns: list[str]) -> Iterator[str]:
    stripped = [column.strip() for column in columns]
    for column in stripped:
        ours = NAMES.get(column.lower(), column)
        yield column if ours in stripped else ours  # our own word is meant where both are there


def _row(cells: list[str], columns: list[str], path: Path, line: int, boxed: bool) -> Row:
    if len(cells) != len(columns):
        raise Slip("malformed_annotations", f"expected {len(columns)} cells, got {len(cells)}")
    of = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    if not of["file"]:
        raise Slip("malformed_annotations", "file: expected the name of an image, got nothing")
    corners = _corners([of[name] for name in CORNERS]) if boxed else None
    if boxed and (corners is None) != (of["label"] == ""):
        raise Slip("malformed_annotations", "expected a label and four corners, or none of them")
    return Row(path, line, of["file"], of["label"], corners, of.get("split", ""))


def _corners(texts: list[str]) -> Corners | None:
    if not any(texts):
        return None
    try:
        x0, y0, x1, y1 = map(float, texts)
    except ValueError:
        raise Slip("invalid_numbers", f"expected four numbers, got '{', '.join(texts)}'") from None
    return x0, y0, x1, y1
