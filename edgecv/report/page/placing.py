"""Where to write labels beside points: near their own point, over nobody else's, and not at all before overlapping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

DISTANCES = (10.0, 16.0, 24.0, 34.0, 46.0, 60.0, 78.0, 100.0, 126.0)
DIRECTIONS = 16
LEADER_FROM = 14.0  # a label farther away than this is joined to its point by a line
RADIUS = 8.0  # of a point, with a little air
STRANGERS = 12.0  # a label keeps this far from other points, so that nobody takes it for theirs


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def inside(self, other: Box) -> bool:
        across = self.left >= other.left and self.right <= other.right
        return across and self.top >= other.top and self.bottom <= other.bottom


class Point(NamedTuple):
    x: float
    y: float
    wide: float  # of its label
    high: float
    first: bool = False  # it chooses its place before others


class Place(NamedTuple):
    """Where a label goes, and the line that joins it to its point where it is far away."""

    box: Box
    leader: tuple[float, float, float, float] | None


class Obstacles(NamedTuple):
    """What is there already."""

    solid: Sequence[Box]  # neither a label nor its leader may touch these: other words
    lines: Sequence[Box]  # a label covers these only where there is no better place: interval bars, the front


def place_labels(points: Sequence[Point], named: Sequence[int], obstacles: Obstacles, bounds: Box) -> dict[int, Place]:
    """A place for the label of each named point, by its index; none where there is no room."""
    solid = list(obstacles.solid)
    places = {}
    # Among equals, the most crowded first: the others have more places to choose from.
    for index in sorted(named, key=lambda index: (not points[index].first, -_crowd(points[index], points))):
        others = [*points[:index], *points[index + 1 :]]
        place = _best(points[index], others, obstacles._replace(solid=solid), bounds)
        if place is not None:
            places[index] = place
            solid += [place.box, *_leader(place)]
    return places


def _crowd(point: Point, points: Sequence[Point]) -> int:
    return sum(abs(point.x - other.x) < other.wide and abs(point.y - other.y) < 3 * other.high for other in points)


def _best(point: Point, others: Sequence[Point], obstacles: Obstacles, bounds: Box) -> Place | None:
    for_label = [*obstacles.solid, _around(point, RADIUS)]
    for_label += [_around(other, STRANGERS) for other in others]
    for_leader = [*obstacles.solid, *(_around(other, RADIUS) for other in others)]
    free = [
        place
        for place in _candidates(point)
        if place.box.inside(bounds) and _is_free([place.box], for_label) and _is_free(_leader(place), for_leader)
    ]
    # Candidates come nearest first, and min keeps the first of equals.
    return min(free, key=lambda place: _cost(place, point, obstacles), default=None)


def _candidates(point: Point) -> Iterable[Place]:
    for distance in DISTANCES:
        for step in range(DIRECTIONS):
            angle = 2 * math.pi * step / DIRECTIONS
            yield _placed(point, distance, math.cos(angle), -math.sin(angle))


def _placed(point: Point, distance: float, across: float, down: float) -> Place:
    """The label whose nearest edge is `distance` away from its point, in the given direction."""
    near_x, near_y = point.x + distance * across, point.y + distance * down
    left = near_x - point.wide * (1 - across) / 2
    top = near_y - point.high * (1 - down) / 2
    box = Box(left, top, left + point.wide, top + point.high)
    if distance <= LEADER_FROM:
        return Place(box, None)
    rim = RADIUS + 2  # also off a point that lies almost on this one
    return Place(box, (point.x + rim * across, point.y + rim * down, near_x, near_y))


def _is_free(boxes: Sequence[Box], taken: Sequence[Box]) -> bool:
    return not any(box.overlaps(other) for box in boxes for other in taken)


def _cost(place: Place, point: Point, obstacles: Obstacles) -> float:
    """How far the label is, and how much it or its leader hides."""
    covered = sum(place.box.overlaps(box) for box in obstacles.lines)
    hidden = sum(dot.overlaps(box) for dot in _leader(place) for box in obstacles.lines)
    return _distance(place, point) / 30 + covered + hidden / 8


def _distance(place: Place, point: Point) -> float:
    across = max(place.box.left - point.x, point.x - place.box.right, 0)
    return math.hypot(across, max(place.box.top - point.y, point.y - place.box.bottom, 0))


def _around(point: Point, radius: float) -> Box:
    return Box(point.x - radius, point.y - radius, point.x + radius, point.y + radius)


def _leader(place: Place) -> list[Box]:
    return _along(place.leader) if place.leader else []


def _along(line: tuple[float, float, float, float]) -> list[Box]:
    """Small boxes that cover a line."""
    x0, y0, x1, y1 = line
    count = max(int(math.hypot(x1 - x0, y1 - y0) / 4), 1)
    spots = [(x0 + (x1 - x0) * step / count, y0 + (y1 - y0) * step / count) for step in range(count + 1)]
    return [Box(x - 1, y - 1, x + 1, y + 1) for x, y in spots]


def text_wide(text: str, letter: float) -> float:
    """Room for a text whose usual letters are this wide."""
    return sum(letter * (2 if ord(sign) > 0x2E7F else 1) for sign in text)
