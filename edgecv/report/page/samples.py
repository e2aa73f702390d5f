"""The raw samples of one measurement: in the order they were taken, and beside it how often each time occurred."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgecv.records.measurement import Latency
from edgecv.report.page.axes import Axis, latency_axis, tick_texts, ticks
from edgecv.report.page.markup import Markup, element, group

WIDE, HIGH = 400, 140
LEFT, TOP, BOTTOM = 46.0, 6.0, 132.0
STRIP_END, HISTOGRAM_START, HISTOGRAM_END = 290.0, 296.0, 362.0
BIN_HIGH = 3.0


def samples(latency: Latency, color: str) -> Markup:
    """Every sample is drawn; none is clipped."""
    axis = latency_axis(latency.samples_ms, BOTTOM, TOP)
    scale = "in ms, logarithmic" if axis.log else "in ms"
    words = f"{len(latency.samples_ms)} runs in the order taken, and their histogram, {scale}"
    picture = element(
        "svg",
        _scale(axis),
        _band(latency, axis),
        element("path", d=_strip(latency.samples_ms, axis), class_="samples"),
        element("path", d=_histogram(latency.samples_ms, axis), class_="histogram"),
        _percentiles(latency, axis),
        viewBox=f"0 0 {WIDE} {HIGH}",
        class_=f"strip {color}",
        role="img",
        aria_label=words,
    )
    return group(element("p", words, class_="caption"), picture)


def _scale(axis: Axis) -> Markup:
    values = ticks(axis, 4)
    drawn: list[Markup] = []
    for value, text in zip(values, tick_texts(values), strict=True):
        height = axis.at(value)
        drawn.append(element("line", x1=LEFT, y1=height, x2=HISTOGRAM_END, y2=height, class_="grid"))
        drawn.append(element("text", text, x=LEFT - 6, y=height + 4, text_anchor="end", class_="tick"))
    return group(*drawn)


def _band(latency: Latency, axis: Axis) -> Markup:
    """The interval of the median, behind the samples."""
    if latency.p50_ci95_ms is None:
        return Markup()
    low, high = (axis.at(value) for value in latency.p50_ci95_ms)
    return element("rect", x=LEFT, y=high, width=STRIP_END - LEFT, height=max(low - high, 1.0), class_="band")


def _strip(values: Sequence[float], axis: Axis) -> str:
    """A dot a sample; dots that fall on the same pixel are one."""
    across = np.linspace(LEFT, STRIP_END, len(values))
    spots = np.unique(np.stack([across, axis.all_at(values)]).round().astype(int), axis=1)
    return "".join(f"M{x} {y}h0" for x, y in spots.T)


def _histogram(values: Sequence[float], axis: Axis) -> str:
    """Bars of equal height on the picture, so on a logarithmic axis the bins are equal ratios."""
    places, counts = np.unique((axis.all_at(values) - TOP) // BIN_HIGH, return_counts=True)
    scale = (HISTOGRAM_END - HISTOGRAM_START) / counts.max()
    return "".join(
        f"M{HISTOGRAM_START:.0f} {TOP + place * BIN_HIGH + 0.3:.1f}h{count * scale:.1f}v{BIN_HIGH - 0.6:.1f}"
        f"h{-count * scale:.1f}z"
        for place, count in zip(places, counts, strict=True)
    )


def _percentiles(latency: Latency, axis: Axis) -> Markup:
    """Lines at p50 and p90, named at the right; their names are moved apart where the lines are close."""
    drawn: list[Markup] = []
    below = BOTTOM + 20
    for word, value in (("p50", latency.p50_ms), ("p90", latency.p90_ms)):
        if value is None:
            continue
        height = axis.at(value)
        below = min(height + 4, below - 12)
        drawn.append(element("line", x1=LEFT, y1=height, x2=HISTOGRAM_END, y2=height, class_=f"percentile {word}"))
        drawn.append(element("text", word, x=HISTOGRAM_END + 6, y=below, class_="tick"))
    return group(*drawn)
