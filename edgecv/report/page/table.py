"""The table of the page: a body for each device, remarks below the row they concern."""

from __future__ import annotations

from collections.abc import Sequence

from edgecv.report.columns import Cell, Column, columns, tone, verdict
from edgecv.report.page.markup import Markup, element, group
from edgecv.report.remarks import machines, remarks
from edgecv.report.row import Row
from edgecv.report.rows import by_device

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"  # as wide as a digit, as wide as a point


def table(rows: Sequence[Row]) -> Markup:
    """All rows. On a phone each row becomes a block, and the headings its labels."""
    figures = columns(rows)
    places = {id(row): place for place, row in enumerate(rows)}
    heads = [element("th", column.title, class_="figure", scope="col") for column in figures]
    bodies = [
        element(
            "tbody",
            _device_line(device, members, len(figures) + 2),
            *(_line(row, figures, places[id(row)]) for row in members),
        )
        for device, members in by_device(rows).items()
    ]
    return element(
        "table",
        element(
            "thead",
            element("tr", element("th", "artifact", scope="col"), *heads, element("th", "verdict", scope="col")),
        ),
        *bodies,
    )


def badge(row: Row) -> Markup:
    """The verdict in its colour."""
    return element("span", verdict(row), class_=f"badge {tone(row)}")


def starred(row: Row) -> Markup:
    """The row's label, with the mark of the best."""
    mark = element("span", " ★", class_="star", title="no other VALID run here is both faster and more accurate")
    return group(row.label, mark if row.best else "")


def _device_line(device: str, members: Sequence[Row], width: int) -> Markup:
    name = element("b", device)
    return element("tr", element("th", name, " ", machines(members), colspan=width, scope="rowgroup"), class_="device")


def _line(row: Row, figures: Sequence[Column], place: int) -> Markup:
    cells = [_cell(column, column.cells[place]) for column in figures]
    name = element("td", starred(row), class_="name")
    said = remarks(row)
    tone = f"row {'ranked' if row.ranked else 'unranked'}{' remarked' if said else ''}"
    line = element("tr", name, *cells, element("td", badge(row), class_="verdict"), class_=tone)
    if not said:
        return line
    notes = element("td", *(element("p", each) for each in said), colspan=len(figures) + 2)
    return group(line, element("tr", notes, class_="remarks"))


def _cell(column: Column, cell: Cell) -> Markup:
    parts = [
        # Right edges line up, and with them the decimal points: all rows have equally wide ends.
        element("span", part.strip(), _padding(part), class_=kind, style=f"min-width: {len(part) + 0.5}ch")
        for kind, part in zip(("value", "spread", "spread", "spread"), cell.parts, strict=False)
    ]
    return element("td", *parts, class_="figure", data_label=column.title)


def _padding(text: str) -> str:
    """What is behind an aligned text, in spaces as wide as the point and the digits they stand for."""
    padded = len(text) - len(text.rstrip())
    if padded == 0:
        return ""
    point = POINT_SPACE if "." not in text else ""
    return element("i", point + FIGURE_SPACE * (padded - len(point)), class_="padding")
