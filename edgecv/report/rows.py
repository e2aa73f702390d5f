"""Rows of a report: each measurement beside the evaluation of the same artifact on the same device.

A row says what is known and what is not. Rows are compared only where the comparison is fair: on one device, with one
metric, on the same images.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from edgecv import documents
from edgecv.errors import InputError
from edgecv.records import evaluation, measurement
from edgecv.records.evaluation import Evaluation
from edgecv.records.measurement import Measurement
from edgecv.records.recipe import gain
from edgecv.report.labels import label_rows
from edgecv.report.row import Lacking, Row

Record = TypeVar("Record", Measurement, Evaluation)
Key = TypeVar("Key")
Comparison = tuple[str, str, str, str, int]  # device, metric, and the images: what accuracies must share


def collect(paths: Iterable[Path]) -> tuple[list[Measurement], list[Evaluation]]:
    """Read every measurement and evaluation that the paths name, or that lies below them."""
    paths = list(paths)
    files = sorted({file.resolve() for path in paths for file in _records_below(path)})
    if not files:
        asked = ", ".join(str(path) for path in paths) or "no path given"
        raise InputError(f"{asked}: expected a *{measurement.SUFFIX} or *{evaluation.SUFFIX} there, found none")
    return (
        [documents.read_measurement(file) for file in files if file.name.endswith(measurement.SUFFIX)],
        [documents.read_evaluation(file) for file in files if file.name.endswith(evaluation.SUFFIX)],
    )


def _records_below(path: Path) -> list[Path]:
    suffixes = (measurement.SUFFIX, evaluation.SUFFIX)
    if path.is_dir():
        return [file for file in path.rglob("*.json") if file.name.endswith(suffixes)]
    if not path.exists():
        raise InputError(f"{path}: expected a folder or a file, found nothing there")
    if not path.name.endswith(suffixes):
        raise InputError(f"{path}: expected a name that ends in {' or '.join(suffixes)}")
    return [path]


def join(measurements: Sequence[Measurement], evaluations: Sequence[Evaluation]) -> tuple[Row, ...]:
    """Pair what belongs together, best first: by device, ranked rows before others, fast before slow."""
    measured, evaluated = _without_copies(measurements), _without_copies(evaluations)
    rows = []
    for key in {*map(_ran, measured), *map(_scored, evaluated)}:
        times = [each for each in measured if _ran(each) == key]
        scores = [each for each in evaluated if _scored(each) == key]
        # Two measurements, say with 1 and with 4 threads, are two rows: neither may hide the other.
        lacks = _lacking(bool(measured) and not times, bool(evaluated) and not scores)
        rows += [Row(key.device, *pair, lacks=lacks) for pair in itertools.product(times or (None,), scores or (None,))]
    rows = [dataclasses.replace(row, best=_is_best(row, rows)) for row in rows]
    labels = label_rows(rows)
    rows = [dataclasses.replace(row, label=label) for row, label in zip(rows, labels, strict=True)]
    return tuple(sorted(rows, key=_reading_order))


class _Key(NamedTuple):
    """What a measurement and an evaluation must share to be about the same thing."""

    artifact: str
    device: str
    hint: str


def _ran(measurement: Measurement) -> _Key:
    hint = measurement.environment.hint if measurement.environment else ""
    return _Key(measurement.artifact.digest, measurement.device.profile, hint)


def _scored(evaluation: Evaluation) -> _Key:
    return _Key(evaluation.artifact.digest, evaluation.device, evaluation.hint)


def _lacking(measurement: bool, evaluation: bool) -> Lacking | None:
    return "measurement" if measurement else "evaluation" if evaluation else None


def _without_copies(records: Sequence[Record]) -> list[Record]:
    kept: list[Record] = []
    for record in records:
        if record not in kept:
            kept.append(record)
    return kept


def comparable(row: Row) -> Comparison:
    """What two rows must share before their accuracies may be compared."""
    if row.evaluation is None:
        return (row.device, "", "", "", 0)
    data = row.evaluation.data
    return (row.device, row.evaluation.metric, data.digest, data.split, data.n)


def _is_best(row: Row, rows: Sequence[Row]) -> bool:
    rivals = [other for other in rows if other.ranked and comparable(other) == comparable(row)]
    return row.ranked and not any(_beats(rival, row) for rival in rivals)


def _beats(rival: Row, row: Row) -> bool:
    (rival_ms, rival_value), (ms, value) = _standing(rival), _standing(row)
    no_worse = rival_ms <= ms and rival_value >= value
    return no_worse and (rival_ms, rival_value) != (ms, value)


def _standing(row: Row) -> tuple[float, float]:
    """The time, and the accuracy so that more is better."""
    assert row.latency is not None
    assert row.evaluation is not None
    return row.latency.p50_ms, gain(row.evaluation.metric) * row.evaluation.value


def _reading_order(row: Row) -> tuple[str, bool, bool, float, str]:
    speed = row.latency.p50_ms if row.latency else 0.0
    return (row.device, not row.ranked, row.latency is None, speed, row.label)


def by_device(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each device, in their order."""
    return _grouped(rows, lambda row: row.device)


def by_comparison(rows: Iterable[Row]) -> dict[Comparison, list[Row]]:
    """The rows that may be compared with each other, a group each."""
    return _grouped(rows, comparable)


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
