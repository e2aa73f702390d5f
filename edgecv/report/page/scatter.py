"""Latency against accuracy: every row that has both, with the intervals of both, and the front of the best."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from edgecv.records.recipe import ERRORS
from edgecv.report.columns import columns, named, verdict
from edgecv.report.labels import short_labels
from edgecv.report.page.axes import Axis, latency_axis, linear_axis, tick_texts, ticks
from edgecv.report.page.dots import Dot, dots_of, levels_of
from edgecv.report.page.markup import Markup, element, group
from edgecv.report.page.placing import Box, Obstacles, Place, Point, place_labels, text_wide
from edgecv.report.page.signs import Signs, legend, marker
from edgecv.report.row import Row

LABEL_HIGH = 15.0
MOST_LABELS = 40  # with more points than these, only the best are named
LETTER, BOLD_LETTER = 6.8, 7.4  # wide, in any usual font: rather too much than too little


class Shape(NamedTuple):
    """The size of a picture and of its margins, in pixels."""

    wide: int
    high: int
    left: int
    labels: int  # room at the right, for the labels of the slowest
    right: int = 12
    top: int = 26
    bottom: int = 46


WIDE = Shape(960, 440, left=52, labels=80)
NARROW = Shape(360, 420, left=44, labels=40)


class Frame(NamedTuple):
    shape: Shape
    x: Axis
    y: Axis


def scatter(rows: Sequence[Row], signs: Signs) -> Markup:
    """The picture for wide and for narrow screens with its legend; empty where no row has both figures."""
    dots = dots_of(rows)
    if not dots:
        return Markup()
    drawn = [_drawn(dots, signs, WIDE, "wide"), _drawn(dots, signs, NARROW, "narrow")]
    return element("div", *drawn, legend([dot.row for dot in dots], signs), class_="scatter")


def _drawn(dots: Sequence[Dot], signs: Signs, shape: Shape, class_: str) -> Markup:
    times = [ms for dot in dots for ms in dot.ms_ci95]
    heights = [value for dot in dots for value in dot.value_ci95] + [value for _, value in levels_of(dots)]
    frame = Frame(
        shape,
        latency_axis(times, shape.left, shape.wide - shape.right - shape.labels).reaching(shape.wide - shape.right),
        linear_axis(heights, shape.high - shape.bottom, shape.top),
    )
    front = _front(dots, frame)
    return element(
        "svg",
        _grid(frame, dots[0].metric),
        *(_level(word, value, frame) for word, value in levels_of(dots)),
        element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in front), class_="front"),
        *(_bars(dot, frame, signs) for dot in dots),
        *(_point(dot, frame, signs) for dot in dots),
        *_labels(dots, frame, front),
        viewBox=f"0 0 {shape.wide} {shape.high}",
        class_=class_,
        role="img",
        aria_label="Latency against accuracy of each artifact; the table below holds the same figures",
    )


def _grid(frame: Frame, metric: str) -> Markup:
    shape, x, y = frame
    bottom, right = shape.high - shape.bottom, shape.wide - shape.right
    drawn: list[Markup] = []
    across = ticks(x, 10 if shape is WIDE else 4)
    for value, text in zip(across, tick_texts(across), strict=True):
        drawn.append(_line(x.at(value), shape.top, x.at(value), bottom, "grid"))
        drawn.append(_text(text, x.at(value), bottom + 17, "tick", "middle"))
    up = [value for value in ticks(y, 6) if value <= 1 or metric in ERRORS]
    for value, text in zip(up, tick_texts(up), strict=True):
        drawn.append(_line(shape.left, y.at(value), right, y.at(value), "grid"))
        drawn.append(_text(text, shape.left - 8, y.at(value) + 4, "tick", "end"))
    scale = "p50 latency in ms, logarithmic" if x.log else "p50 latency in ms"
    drawn.append(_text(scale, (shape.left + right) / 2, shape.high - 8, "axis", "middle"))
    drawn.append(_text(named(metric), shape.left - 36, 14, "axis", "start"))
    return group(*drawn)


def _level(word: str, value: float, frame: Frame) -> Markup:
    """A line across at a level of accuracy, named at its right end."""
    height, right = frame.y.at(value), frame.shape.wide - frame.shape.right
    line = _line(frame.shape.left, height, right, height, f"level {word}")
    return group(line, _text(word, right - 2, _level_text(word, height), "tick", "end"))


def _level_text(word: str, height: float) -> float:
    """The two levels can be close: one is named above its line, the other below."""
    return height - 5 if word == "float" else height + 13


def _front(dots: Sequence[Dot], frame: Frame) -> list[tuple[float, float]]:
    """The best accuracy that a time can buy: stairs from the fastest of the best to the slowest."""
    best = sorted((dot for dot in dots if dot.row.best), key=lambda dot: dot.ms)
    spots = [(frame.x.at(dot.ms), frame.y.at(dot.value)) for dot in best]
    stairs = [corner for (_, before), (x, y) in pairwise(spots) for corner in ((x, before), (x, y))]
    return spots[:1] + stairs


def _bars(dot: Dot, frame: Frame, signs: Signs) -> Markup:
    x, y, class_ = frame.x.at(dot.ms), frame.y.at(dot.value), _class(dot, signs)
    left, right = map(frame.x.at, dot.ms_ci95)
    bottom, top = map(frame.y.at, dot.value_ci95)
    drawn = [_line(left, y, right, y, f"bar {class_}"), _line(x, bottom, x, top, f"bar {class_}")]
    if dot.paired_ci95:
        low, high = map(frame.y.at, dot.paired_ci95)
        drawn.append(_line(x, low, x, high, f"bar paired {class_}"))
    return group(*drawn)


def _point(dot: Dot, frame: Frame, signs: Signs) -> Markup:
    words = "; ".join(f"{column.title} {column.cells[0]}" for column in columns([dot.row]))
    title = element("title", f"{dot.row.label}: {words}; {verdict(dot.row)}")
    shape = marker(dot.row.artifact.precision, frame.x.at(dot.ms), frame.y.at(dot.value), "marker")
    return element("g", title, shape, class_=_class(dot, signs))


def _class(dot: Dot, signs: Signs) -> str:
    return f"{signs.color(dot.row.artifact.target)} {'ranked' if dot.row.ranked else 'unranked'}"


def _labels(dots: Sequence[Dot], frame: Frame, front: Sequence[tuple[float, float]]) -> list[Markup]:
    shape = frame.shape
    words = [
        label if dot.row.ranked else f"{label} ({verdict(dot.row)})"
        for dot, label in zip(dots, short_labels([dot.row for dot in dots]), strict=True)
    ]
    points = [
        Point(
            frame.x.at(dot.ms),
            frame.y.at(dot.value),
            text_wide(word, BOLD_LETTER if dot.row.best else LETTER),
            LABEL_HIGH,
            dot.row.best,
        )
        for dot, word in zip(dots, words, strict=True)
    ]
    bounds = Box(shape.left + 2, shape.top - 6, shape.wide - 2, shape.high - shape.bottom - 2)
    named = [index for index, dot in enumerate(dots) if dot.row.best or len(dots) <= MOST_LABELS]
    places = place_labels(points, named, _obstacles(dots, frame, front), bounds)
    drawn = [_label(words[index], dots[index], place) for index, place in places.items()]
    if len(drawn) < len(dots):
        missing = f"no room for {len(dots) - len(drawn)} of {len(dots)} names"
        drawn.append(_text(missing, shape.wide - shape.right, 14, "tick", "end"))
    return drawn


def _obstacles(dots: Sequence[Dot], frame: Frame, front: Sequence[tuple[float, float]]) -> Obstacles:
    lines = [_around(*start, *end, 2) for start, end in pairwise(front)]
    for dot in dots:
        x, y = frame.x.at(dot.ms), frame.y.at(dot.value)
        lines.append(_around(frame.x.at(dot.ms_ci95[0]), y, frame.x.at(dot.ms_ci95[1]), y, 2))
        lines.append(_around(x, frame.y.at(dot.value_ci95[0]), x, frame.y.at(dot.value_ci95[1]), 2))
    right = frame.shape.wide - frame.shape.right
    words = []
    for word, value in levels_of(dots):
        base = _level_text(word, frame.y.at(value))
        words.append(Box(right - text_wide(word, LETTER), base - 11, right, base + 3))
    return Obstacles(words, lines)


def _around(x0: float, y0: float, x1: float, y1: float, margin: float) -> Box:
    return Box(min(x0, x1) - margin, min(y0, y1) - margin, max(x0, x1) + margin, max(y0, y1) + margin)


def _label(word: str, dot: Dot, place: Place) -> Markup:
    leader = _line(*place.leader, "leader") if place.leader else Markup()
    weight = "best" if dot.row.best else "ranked" if dot.row.ranked else "doubtful"
    middle = (place.box.left + place.box.right) / 2
    return group(leader, _text(word, middle, place.box.bottom - 4, f"label {weight}", "middle"))


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def _text(text: str, x: float, y: float, class_: str, anchor: str) -> Markup:
    return element("text", text, x=x, y=y, class_=class_, text_anchor=anchor)
