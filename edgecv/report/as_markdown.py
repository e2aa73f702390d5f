"""The table in Markdown, for a README or a pull request: a table for each device, remarks below it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgecv.report.columns import Column, columns, verdict
from edgecv.report.remarks import data_lines, machines, remarks
from edgecv.report.row import Row
from edgecv.report.rows import by_device

LEGEND = "**\\*** no other VALID run on that device is both faster (p50) and more accurate"


def text(rows: Sequence[Row], *, title: str) -> str:
    """The rows as a Markdown document."""
    places = {id(row): place for place, row in enumerate(rows)}
    figures = columns(rows)
    blocks = [f"# {escaped(title)}"]
    for device, members in by_device(rows).items():
        heading = " · ".join(filter(None, (device, machines(members))))
        blocks += [f"## {escaped(heading)}", _table(members, figures, places), *_remarks(members)]
    notes = [f"Accuracy: {escaped('; '.join(data_lines(rows)))}"] if data_lines(rows) else []
    notes += [LEGEND] if any(row.best for row in rows) else []
    return "\n\n".join([*blocks, *notes]) + "\n"


def _table(members: Sequence[Row], figures: Sequence[Column], places: dict[int, int]) -> str:
    lines = [
        _line(["artifact", *(escaped(column.title) for column in figures), "verdict"]),
        _line([":---", *("---:" for _ in figures), ":---"]),
    ]
    for row in members:
        name = escaped(row.label)
        cells = [" ".join(str(column.cells[places[id(row)]]).split()) for column in figures]
        lines.append(_line([f"**{name} \\***" if row.best else name, *map(escaped, cells), verdict(row)]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _remarks(members: Sequence[Row]) -> list[str]:
    said = [f"- {escaped(row.label)}: {escaped('; '.join(remarks(row)))}" for row in members if remarks(row)]
    return ["\n".join(said)] if said else []


def escaped(words: str) -> str:
    """Words that Markdown shows as they are, on one line: no HTML, no emphasis, no link, no end of a cell."""
    one_line = " ".join(words.split())
    html_safe = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|~!#]|(?<!\w)_|_(?!\w))", r"\\\1", html_safe)  # an underscore inside a word is harmless
