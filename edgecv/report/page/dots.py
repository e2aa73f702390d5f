"""What a picture of latency against accuracy shows: one dot a row that has both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edgecv.records.recipe import gain
from edgecv.report.figures import Interval
from edgecv.report.row import Row


class Dot(NamedTuple):
    row: Row
    metric: str
    ms: float
    ms_ci95: Interval
    value: float
    value_ci95: Interval
    paired_ci95: Interval | None  # of the accuracy, when the float network's is taken as it is
    levels: tuple[tuple[str, float], ...]  # the float network's accuracy, and what the budget allows of it


def dots_of(rows: Iterable[Row]) -> list[Dot]:
    """A dot for each row with a latency and an accuracy."""
    dots = (_dot(row) for row in rows)
    return [dot for dot in dots if dot is not None]


def levels_of(dots: Sequence[Dot]) -> tuple[tuple[str, float], ...]:
    """The levels that all dots agree about."""
    known = {dot.levels for dot in dots}
    return known.pop() if len(known) == 1 else ()


def _dot(row: Row) -> Dot | None:
    latency, evaluation = row.latency, row.evaluation
    if latency is None or evaluation is None:
        return None
    ms, reference, sign = latency.p50_ms, evaluation.float_value, gain(evaluation.metric)
    paired: Interval | None = None
    levels: list[tuple[str, float]] = []
    if reference is not None:
        levels.append(("float", reference))
        if evaluation.max_drop is not None:
            levels.append(("allowed", reference - sign * evaluation.max_drop))
        if evaluation.drop_ci95 is not None:
            low, high = sorted(reference - sign * end for end in evaluation.drop_ci95)
            paired = (low, high)
    return Dot(
        row=row,
        metric=evaluation.metric,
        ms=ms,
        ms_ci95=latency.p50_ci95_ms or (ms, ms),
        value=evaluation.value,
        value_ci95=evaluation.ci95,
        paired_ci95=paired,
        levels=tuple(levels),
    )
