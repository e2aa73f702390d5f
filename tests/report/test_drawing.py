"""Axes and labels of the pictures."""

from __future__ import annotations

import itertools
import random

import pytest

from edgecv.report.page.axes import latency_axis, linear_axis, tick_texts, ticks
from edgecv.report.page.placing import RADIUS, Box, Obstacles, Point, place_labels

BOUNDS = Box(0, 0, 600, 400)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [3, 12, 25])
def test_labels_overlap_neither_each_other_nor_a_point(count: int, seed: int) -> None:
    rng = random.Random(seed)
    points = [Point(rng.uniform(20, 580), rng.uniform(20, 380), rng.uniform(40, 160), 15) for _ in range(count)]
    word = Box(500, 180, 600, 195)
    boxes = [place.box for place in place_labels(points, range(count), Obstacles([word], []), BOUNDS).values()]
    assert len(boxes) >= 0.6 * count
    assert all(box.inside(BOUNDS) and not box.overlaps(word) for box in boxes)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    spots = [Box(point.x - RADIUS, point.y - RADIUS, point.x + RADIUS, point.y + RADIUS) for point in points]
    assert not any(box.overlaps(spot) for box in boxes for spot in spots)


def test_a_label_without_room_is_left_out_and_the_first_come_first() -> None:
    points = [Point(50, 10, 60, 15), Point(50, 11, 60, 15, first=True)]
    assert list(place_labels(points, range(2), Obstacles([], []), Box(0, 0, 130, 20))) == [1]


def test_times_of_much_different_size_get_a_logarithmic_axis() -> None:
    assert latency_axis([1.0, 40.0], 0, 100).log
    assert not latency_axis([3.0, 9.0], 0, 100).log
    assert not latency_axis([0.0, 9.0], 0, 100).log


@pytest.mark.parametrize("values", [[3.2], [0.0], [1.0, 1.0], [0.9, 0.91], [1.0, 40.0], [0.001, 900.0], [3.0, 9.0]])
def test_every_value_lies_inside_its_axis_and_has_ticks_around(values: list[float]) -> None:
    for axis in (latency_axis(values, 10, 500), linear_axis(values, 500, 10)):
        low, high = sorted((axis.start, axis.end))
        assert all(low <= axis.at(value) <= high for value in values)
        marks = ticks(axis, 6)
        assert 2 <= len(marks) <= 20
        assert all(axis.low <= mark <= axis.high for mark in marks)
        assert len(set(tick_texts(marks))) == len(marks)


def test_a_continued_axis_keeps_its_scale() -> None:
    for axis in (latency_axis([1.0, 40.0], 0, 100), latency_axis([3.0, 9.0], 0, 100)):
        longer = axis.reaching(150)
        assert longer.at(3.5) == pytest.approx(axis.at(3.5))
        assert longer.at(longer.high) == pytest.approx(150)


def test_noise_does_not_fill_a_picture() -> None:
    axis = latency_axis([5.000, 5.001], 0, 100)
    assert axis.at(5.001) - axis.at(5.000) < 1
