"""Measurements and evaluations side by side: on a terminal, as Markdown, CSV, JSON, or one offline HTML page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edgecv.errors import InputError
from edgecv.records.files import write_whole
from edgecv.report import as_csv, as_html, as_json, as_markdown, as_terminal
from edgecv.report.row import Row
from edgecv.report.rows import collect, join

__all__ = ["Row", "as_terminal", "collect", "join", "write"]

Pictures = Sequence[tuple[str, Path]]

FORMATS: dict[str, Callable[[Sequence[Row], str, Pictures], str]] = {
    ".html": lambda rows, title, pictures: as_html.page(rows, title=title, pictures=pictures),
    ".md": lambda rows, title, _: as_markdown.text(rows, title=title),
    ".csv": lambda rows, _title, _: as_csv.text(rows),
    ".json": lambda rows, _title, _: as_json.text(rows),
}


def write(rows: Sequence[Row], out: Path, *, title: str = "Latency and accuracy", pictures: Pictures = ()) -> Path:
    """Write the report in the format that the file's name asks for; only HTML shows the pictures."""
    text = FORMATS.get(out.suffix.lower())
    if text is None:
        raise InputError(f"{out}: expected a name that ends in {', '.join(FORMATS)}")
    # A name read from JSON can hold half a surrogate pair, which no file can.
    return write_whole(out, text(rows, title, pictures).encode("utf-8", "replace"))
