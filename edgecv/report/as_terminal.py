"""The table on a terminal: one line a row where it fits, two where it does not, remarks below the row they concern."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from edgecv.report.columns import Tone, columns, tone, verdict
from edgecv.report.labels import printable
from edgecv.report.remarks import data_lines, machines, remarks
from edgecv.report.row import Row
from edgecv.report.rows import by_device

GAP = "  "
INDENT = "    "
BOLD, DIM, GREEN, YELLOW, RED = "1", "2", "32", "33", "31"
COLORS: dict[Tone, str] = {"good": GREEN, "doubt": YELLOW, "bad": RED, "none": DIM}
LEGEND = "* no other VALID run on that device is both faster (p50) and more accurate"


def text(rows: Sequence[Row], stream: TextIO | None = None) -> str:
    """The table as standard output can show it: in its width, coloured if it is a terminal and NO_COLOR is not set."""
    if not (stream or sys.stdout).isatty():
        return table(rows)
    width = min(shutil.get_terminal_size((100, 24)).columns, 140)
    return table(rows, width=width, color=not os.environ.get("NO_COLOR"))


def table(rows: Sequence[Row], *, width: int = 100, color: bool = False) -> str:
    """The rows as text, a block for each device."""
    if not rows:
        return "nothing was measured and nothing evaluated"
    heading, *lines = _laid_out(rows, width)
    places = {id(row): place for place, row in enumerate(rows)}
    text = []
    for device, members in by_device(rows).items():
        text += ["", _paint(_title(device, members), BOLD, color), *(_paint(line, DIM, color) for line in heading)]
        for row in members:
            text += [_paint_verdict(line, row, color) for line in lines[places[id(row)]]]
            text += [_paint(line, DIM, color) for remark in remarks(row) for line in _wrapped(remark, width)]
    notes = [line for note in _notes(rows) for line in textwrap.wrap(note, width)]
    text += ["", *(_paint(line, DIM, color) for line in notes)]
    return "\n".join(text).strip("\n")


def _notes(rows: Sequence[Row]) -> list[str]:
    data = [f"Accuracy: {printable('; '.join(data_lines(rows)))}"] if data_lines(rows) else []
    return data + ([LEGEND] if any(row.best for row in rows) else [])


def _laid_out(rows: Sequence[Row], width: int) -> list[list[str]]:
    """The lines of the heading, then those of each row; all in one layout."""
    names = ["  artifact", *(f"{'*' if row.best else ' '} {printable(row.label)}" for row in rows)]
    verdicts = ["verdict", *(verdict(row) for row in rows)]
    cells = [_justified([column.title, *map(str, column.cells)]) for column in columns(rows)]
    middles = [GAP.join(parts).rstrip() for parts in zip(*cells, strict=True)]
    middle, last = max(map(len, middles)), max(map(len, verdicts))
    name = max(map(columns_wide, names))
    lines = zip(names, middles, verdicts, strict=True)
    if name + middle + last + 2 * len(GAP) <= width:
        return [[f"{_padded(label, name)}{GAP}{figures:{middle}}{GAP}{word}"] for label, figures, word in lines]
    room = min(name, width - last - len(GAP))
    return [[f"{_padded(_cut(label, room), room)}{GAP}{word}", INDENT + figures] for label, figures, word in lines]


def _justified(cells: list[str]) -> list[str]:
    width = max(map(len, cells))
    return [cell.rjust(width) for cell in cells]


def _title(device: str, rows: Sequence[Row]) -> str:
    return printable(" · ".join(filter(None, (device, machines(rows)))))


def _wrapped(remark: str, width: int) -> list[str]:
    return textwrap.wrap(printable(remark), width, initial_indent=INDENT, subsequent_indent=INDENT)


def columns_wide(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(_letter_wide(letter) for letter in text)


def _letter_wide(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns_wide(text))


def _cut(text: str, width: int) -> str:
    if columns_wide(text) <= width:
        return text
    while columns_wide(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color and text else text


def _paint_verdict(line: str, row: Row, color: bool) -> str:
    word = verdict(row)
    return line.removesuffix(word) + _paint(word, COLORS[tone(row)], color) if line.endswith(word) else line
