"""From image file to prediction: the four parts as one bar, on a scale that all artifacts of a device share."""

from __future__ import annotations

from collections.abc import Sequence

from edgecv.records.measurement import EndToEnd
from edgecv.report.figures import two_digits
from edgecv.report.page.markup import Markup, element, group
from edgecv.report.row import Row

WIDE, HIGH = 400.0, 14.0
PARTS = ("decode", "preprocess", "invoke", "postprocess")


def longest(rows: Sequence[Row]) -> float:
    """What the full width of a bar stands for on this device, in ms."""
    ways = [row.measurement.end_to_end for row in rows if row.measurement and row.measurement.end_to_end]
    return max((sum(_times(way).values()) for way in ways), default=0.0)


def parts(way: EndToEnd, full_ms: float) -> Markup:
    """The bar and, below it, its parts in words."""
    drawn, words, start = [], [], 0.0
    for name, time_ms in _times(way).items():
        width = WIDE * time_ms / full_ms if full_ms else 0.0
        drawn.append(element("rect", x=start, y=0, width=width, height=HIGH, class_=f"part {name}"))
        words.append(element("span", element("i", class_=f"swatch {name}"), f"{name} {two_digits(time_ms)}"))
        start += width
    picture = element("svg", *drawn, viewBox=f"0 0 {WIDE:.0f} {HIGH:.0f}", class_="way", aria_hidden="true")
    caption = element(
        "p", "From file to prediction: ", element("b", f"{two_digits(way.total.p50_ms)} ms"), class_="caption"
    )
    return group(caption, picture, element("p", *words, class_="words"))


def _times(way: EndToEnd) -> dict[str, float]:
    return {name: getattr(way, name).p50_ms for name in PARTS}
