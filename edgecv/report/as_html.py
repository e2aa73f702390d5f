"""The report as one HTML file: it opens anywhere, offline, and asks for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import edgecv
from edgecv.report.columns import verdict
from edgecv.report.page.details import device_details
from edgecv.report.page.markup import Markup, element, group, raw
from edgecv.report.page.notes import notes
from edgecv.report.page.pictures import pictures as embedded
from edgecv.report.page.scatter import scatter
from edgecv.report.page.signs import Signs, signs_for
from edgecv.report.page.table import table
from edgecv.report.remarks import data_lines, machines
from edgecv.report.row import Row
from edgecv.report.rows import by_comparison, by_device

# Even if an escape were missed somewhere, nothing may run and nothing may be fetched.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(rows: Sequence[Row], *, title: str, pictures: Sequence[tuple[str, Path]] = ()) -> str:
    """The whole page; pictures are (caption, file) pairs that are put into it."""
    signs = signs_for(rows)
    main = element(
        "main",
        _headline(rows, title),
        _tradeoffs(rows, signs),
        element("section", element("h2", "Figures"), element("div", table(rows), class_="table")),
        embedded(pictures),
        _details(rows, signs),
        notes(),
        element("footer", f"edgecv {edgecv.__version__}"),
    )
    return "<!doctype html>\n" + element("html", _head(title), element("body", main), lang="en") + "\n"


def _head(title: str) -> Markup:
    style = resources.files("edgecv.report.page").joinpath("style.css").read_text(encoding="utf-8")
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", raw(style)),
    )


def _headline(rows: Sequence[Row], title: str) -> Markup:
    lines = [element("p", *_measured_on(device, members)) for device, members in by_device(rows).items()]
    data = element("p", "Accuracy: ", "; ".join(data_lines(rows))) if data_lines(rows) else Markup()
    return element("header", element("h1", title), *lines, data, class_="headline")


def _measured_on(device: str, members: Sequence[Row]) -> list[str]:
    counts = Counter(verdict(row) for row in members)
    words = ", ".join(f"{count} {word}" for word, count in counts.items())
    where = f" · {machines(members)}" if machines(members) else ""
    return [element("b", device), f"{where} · {words}"]


def _tradeoffs(rows: Sequence[Row], signs: Signs) -> Markup:
    """A picture for each set of rows that may be compared."""
    drawn = []
    for members in by_comparison(rows).values():
        picture = scatter(members, signs)
        if picture:
            drawn.append(group(element("h3", _compared(members[0])), picture))
    if not drawn:
        return Markup()
    hint = element("p", _HINT, class_="hint")
    return element("section", element("h2", "Latency against accuracy"), hint, *drawn)


_HINT = (
    "Up and to the left is better. Thin bars are the 95 % intervals of time and accuracy; the thick bar is that of the "
    "difference to the float network, taken on the same images. The broad line joins the best VALID runs, in bold. "
    "Hollow points are shown but not ranked."
)


def _compared(row: Row) -> str:
    return f"{row.device} · {data_lines([row])[0]}"


def _details(rows: Sequence[Row], signs: Signs) -> Markup:
    devices = [
        group(element("h3", device), device_details(members, signs)) for device, members in by_device(rows).items()
    ]
    return element("section", element("h2", "Behind the figures"), *devices)
