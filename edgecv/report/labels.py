"""What a row is called: the artifact's name, and whatever else it takes to tell two rows of a device apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import takewhile

from edgecv.report.row import Row


def label_rows(rows: Sequence[Row]) -> list[str]:
    """One label a row, unique on its device."""
    labels = [printable(_full_name(row)) for row in rows]
    for distinguish in DIFFERENCES:
        counts = Counter((row.device, label) for row, label in zip(rows, labels, strict=True))
        details: dict[tuple[str, str], set[str]] = {}
        for row, label in zip(rows, labels, strict=True):
            details.setdefault((row.device, label), set()).add(distinguish(row))
        labels = [
            f"{label} {distinguish(row)}".rstrip()
            if counts[row.device, label] > 1 and len(details[row.device, label]) > 1
            else label
            for row, label in zip(rows, labels, strict=True)
        ]
    return labels


def short_labels(rows: Sequence[Row]) -> list[str]:
    """Target and precision where they suffice to tell these rows apart, else the whole labels."""
    short = [f"{row.artifact.target} {row.artifact.precision}{_hint(row)}" for row in rows]
    return short if len(set(short)) == len(short) else _without_common_start([row.label for row in rows])


def printable(text: str) -> str:
    """Text without what would move a cursor or turn the reading direction: names come from anywhere."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _without_common_start(labels: Sequence[str]) -> list[str]:
    first, last = min(labels), max(labels)  # all others lie between these two, and share what they share
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    cut = max(first.rfind(sign, 0, same) for sign in "-_ .") + 1
    return [label[cut:] or label for label in labels]


def _full_name(row: Row) -> str:
    artifact = row.artifact
    missing = [word for word in (artifact.target, artifact.precision) if word not in artifact.name]
    return " ".join([artifact.name, *missing]) + _hint(row)


def _hint(row: Row) -> str:
    """Never left out: a float32 file that ran in bfloat16 is another network, faster and less exact."""
    return f" in {row.hint}" if row.hint else ""


def _threads(row: Row) -> str:
    environment = row.measurement.environment if row.measurement else None
    return f"threads={environment.threads}" if environment else ""


def _power_mode(row: Row) -> str:
    environment = row.measurement.environment if row.measurement else None
    return f"in mode {environment.power_mode}" if environment and environment.power_mode else ""


def _manner(row: Row) -> str:
    """What makes two times of one artifact two things: the pace of the images, and a long run before them."""
    latency, soak = row.latency, row.measurement.soak if row.measurement else None
    pace = f"at {latency.pace_fps:g}/s" if latency and latency.pace_fps else ""
    return " ".join(filter(None, (pace, f"after {len(soak.minutes)} min" if soak else "")))


def _data(row: Row) -> str:
    return f"{row.evaluation.metric}@{row.evaluation.data.split}" if row.evaluation else ""


def _digest(row: Row) -> str:
    return row.artifact.digest.removeprefix("sha256:")[:8]


def _taken_at(row: Row) -> str:
    return row.measurement.taken_at if row.measurement else ""


DIFFERENCES: tuple[Callable[[Row], str], ...] = (_threads, _power_mode, _manner, _data, _digest, _taken_at)
