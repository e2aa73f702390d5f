"""The columns of the table, the same on a terminal, in Markdown and on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from edgecv.records.recipe import ERRORS, gain
from edgecv.report.figures import UNKNOWN, aligned, change, figure, size, two_digits
from edgecv.report.row import Row

NOT_MEASURED = "not measured"
Tone = Literal["good", "doubt", "bad", "none"]


class Cell(NamedTuple):
    """One cell in parts (value, spread, ...), padded so that each part lines up with those of other rows."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.parts)


class Column(NamedTuple):
    title: str
    cells: tuple[Cell, ...]  # one a row


def columns(rows: Sequence[Row]) -> list[Column]:
    """The figures of the rows: everything between the artifact's name and the verdict."""
    written = [
        _column("size", rows, _size),
        _column("p50 ms", rows, _p50),
        _column("p90 ms", rows, _p90),
        _column("vs first", rows, lambda row: _ratio(row, rows)),
        _column("images/s", rows, _throughput),
        _column(_accuracy_title(rows), rows, _accuracy if len(_metrics(rows)) < 2 else _named_accuracy),
        _column("memory", rows, _memory),
    ]
    return [column for column in written if any(_is_known(cell) for cell in column.cells)]


def _is_known(cell: Cell) -> bool:
    return any(part.strip() not in ("", UNKNOWN) for part in cell.parts)


def verdict(row: Row) -> str:
    """The word for the measurement, or for the accuracy where nothing was to be measured."""
    if row.measurement:
        return f"{row.measurement.verdict}, emulated" if row.emulated and row.latency else row.measurement.verdict
    if row.lacks == "measurement" or row.evaluation is None:
        return NOT_MEASURED
    return (row.evaluation.verdict or UNKNOWN).replace("_", " ")


def tone(row: Row) -> Tone:
    """How good the news of the verdict is."""
    tones: dict[str, Tone] = {"VALID": "good", "pass": "good", "FAILED": "bad", "fail": "bad"}
    return tones.get(verdict(row), "none" if verdict(row) in (NOT_MEASURED, UNKNOWN) else "doubt")


def _column(title: str, rows: Sequence[Row], parts: Callable[[Row], tuple[str, ...]]) -> Column:
    written = [parts(row) for row in rows]
    padded = [aligned(part) for part in zip(*written, strict=True) if any(part)]
    return Column(title, tuple(Cell(each) for each in zip(*padded, strict=True)))


def _size(row: Row) -> tuple[str, ...]:
    return size(row.measurement.artifact.size_bytes) if row.measurement else (UNKNOWN, "")


def _p50(row: Row) -> tuple[str, ...]:
    return figure(row.latency.p50_ms, row.latency.p50_ci95_ms) if row.latency else (UNKNOWN, "")


def _p90(row: Row) -> tuple[str, ...]:
    return figure(row.latency.p90_ms, row.latency.p90_ci95_ms) if row.latency else (UNKNOWN, "")


def _ratio(row: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    """How many times the first artifact's time, both taken in turns; in brackets where one of the two is in doubt."""
    found = row.measurement.interleaved if row.measurement else None
    if not found or not found.digests:
        return (UNKNOWN, "")
    if row.artifact.digest == found.digests[0]:
        return ("1", "")
    value, spread = figure(found.ratio, found.ratio_ci95)
    doubtful = row.doubtful or any(_leads(each, found.digests) and each.doubtful for each in rows)
    return (f"({value}", f"{spread})") if doubtful and found.ratio else (value, spread)


def _leads(row: Row, digests: Sequence[str]) -> bool:
    """Whether it is the first of those that were measured in turns."""
    found = row.measurement.interleaved if row.measurement else None
    return found is not None and found.digests == digests and row.artifact.digest == digests[0]


def _throughput(row: Row) -> tuple[str, ...]:
    found = row.measurement.throughput if row.measurement else None
    return figure(found.images_per_s, found.ci95) if found else (UNKNOWN, "")


def _accuracy(row: Row) -> tuple[str, ...]:
    if row.evaluation is None:
        return (UNKNOWN, "", "")
    loss = change(row.evaluation.drop, row.evaluation.drop_ci95, gain(row.evaluation.metric))
    return (*figure(row.evaluation.value, row.evaluation.ci95), f"({loss})" if loss else "")


def _named_accuracy(row: Row) -> tuple[str, ...]:
    return (named(row.evaluation.metric) if row.evaluation else "", *_accuracy(row))


def named(metric: str) -> str:
    """A metric, and which way it is better where nobody would guess."""
    return f"{metric}, less is better" if metric in ERRORS else metric


def _memory(row: Row) -> tuple[str, ...]:
    memory_mb = row.measurement.peak_memory_mb if row.measurement else None
    return (UNKNOWN, "") if memory_mb is None else (two_digits(memory_mb), "MB")


def _metrics(rows: Sequence[Row]) -> set[str]:
    return {row.evaluation.metric for row in rows if row.evaluation}


def _accuracy_title(rows: Sequence[Row]) -> str:
    metrics = _metrics(rows)
    name = named(metrics.pop()) if len(metrics) == 1 else "accuracy"
    compared = any(row.evaluation and row.evaluation.drop is not None for row in rows)
    return f"{name} (vs float)" if compared else name
