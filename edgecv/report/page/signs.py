"""Colours and shapes: a colour a target, a shape a precision, the same ones on the whole page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, get_args

from edgecv.records.recipe import Precision
from edgecv.report.page.markup import Markup, element
from edgecv.report.row import Row

COLORS = 6  # of the style sheet, c0 to c5; with more targets they repeat, and every point has a label
CORNERS = {"float32": 0, "float16": 4, "dynamic": 3, "int8": -4, "int16x8": 6}  # 0: a circle; -4: on its tip
RADIUS = 6.0


class Signs(NamedTuple):
    targets: tuple[str, ...]
    precisions: tuple[str, ...]

    def color(self, target: str) -> str:
        """The class of the style sheet for a target."""
        return f"c{self.targets.index(target) % COLORS}"


def signs_for(rows: Iterable[Row]) -> Signs:
    """One set of signs for all rows."""
    artifacts = [row.artifact for row in rows]
    order = get_args(Precision)
    known = {artifact.precision for artifact in artifacts}
    return Signs(
        tuple(sorted({artifact.target for artifact in artifacts})),
        tuple(sorted(known, key=lambda word: (order.index(word) if word in order else len(order), word))),
    )


def marker(precision: str, x: float, y: float, class_: str) -> Markup:
    """The shape of a precision around a point."""
    corners = CORNERS.get(precision, 5)
    if corners == 0:
        return element("circle", cx=x, cy=y, r=RADIUS - 0.5, class_=class_)
    turn = {3: -math.pi / 2, 4: math.pi / 4, 5: -math.pi / 2}.get(corners, 0.0)
    radius = RADIUS * (1.15 if abs(corners) in (3, 4) else 1.0)  # so that all shapes weigh the same
    angles = (turn + 2 * math.pi * corner / abs(corners) for corner in range(abs(corners)))
    spots = " ".join(f"{x + radius * math.cos(angle):.1f},{y + radius * math.sin(angle):.1f}" for angle in angles)
    return element("polygon", points=spots, class_=class_)


def legend(rows: Sequence[Row], signs: Signs) -> Markup:
    """What the colours and shapes of these rows mean."""
    targets = {row.artifact.target for row in rows}
    precisions = {row.artifact.precision for row in rows}
    colors = [
        _entry(element("rect", x=0, y=4, width=14, height=6, rx=3, class_="marker"), target, signs.color(target))
        for target in signs.targets
        if target in targets
    ]
    shapes = [
        _entry(marker(precision, 7, 7, "marker"), precision, "plain")
        for precision in signs.precisions
        if precision in precisions
    ]
    return element("p", *colors, *shapes, class_="legend")


def _entry(shape: Markup, word: str, color: str) -> Markup:
    picture = element("svg", shape, width=14, height=14, viewBox="0 0 14 14", class_=color, aria_hidden="true")
    return element("span", picture, word, class_="entry")
