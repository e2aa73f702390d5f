"""What a reader must know beside the figures: why a row is missing, not ranked or over its budget, and on what data."""

from __future__ import annotations

from collections.abc import Sequence

from edgecv.records.evaluation import Evaluation
from edgecv.records.measurement import Soak
from edgecv.records.recipe import ERRORS
from edgecv.report.figures import figure, two_digits
from edgecv.report.row import Row

EMULATED = "emulated: its time says nothing about the real device"


def remarks(row: Row) -> list[str]:
    """One sentence for each thing that the row's figures do not say themselves."""
    return [*_about_latency(row), *_about_accuracy(row)]


def _about_latency(row: Row) -> list[str]:
    if row.measurement is None:
        return [f"not measured on {row.device}"] if row.lacks == "measurement" else []
    said = list(row.measurement.reasons)
    if row.measurement.verdict != "VALID" and not said:
        said = ["the measurement records no reason for its verdict"]
    said += _about_soak(row.measurement.soak)
    return [*said, EMULATED] if row.emulated and row.latency else said


def _about_soak(soak: Soak | None) -> list[str]:
    if soak is None or soak.ratio is None:
        return []
    first, last = soak.minutes[0], soak.minutes[-1]
    times = f"p50 {two_digits(first.p50_ms)} ms in the first minute, {two_digits(last.p50_ms)} ms in the last"
    return [f"soak of {len(soak.minutes)} minutes: {times}, {figure(soak.ratio, soak.ratio_ci95)} times as long"]


def _about_accuracy(row: Row) -> list[str]:
    evaluation = row.evaluation
    if evaluation is None:
        return [f"not evaluated on {row.device}"] if row.lacks == "evaluation" else []
    if evaluation.verdict == "fail":
        return [f"{evaluation.metric}: the {_drop(evaluation)} is more than {_allowed(evaluation)}"]
    if evaluation.verdict == "not_enough_images":
        cure = f"; about {evaluation.images_needed} would" if evaluation.images_needed else ""
        told = f"{evaluation.data.n} images cannot tell whether the {_drop(evaluation)} is within"
        return [f"{evaluation.metric}: {told} {_allowed(evaluation)}{cure}"]
    return []


def _drop(evaluation: Evaluation) -> str:
    word = "rise" if evaluation.metric in ERRORS else "drop"
    return f"{word} of {figure(evaluation.drop, evaluation.drop_ci95)}"


def _allowed(evaluation: Evaluation) -> str:
    return "the budget" if evaluation.max_drop is None else f"the allowed {evaluation.max_drop:g}"


def data_lines(rows: Sequence[Row]) -> list[str]:
    """On which images each accuracy was taken."""
    evaluations = [row.evaluation for row in rows if row.evaluation]
    return sorted({f"{each.metric} on {each.data.n} images of the {each.data.split} split" for each in evaluations})


def machine(row: Row) -> str:
    """What the machine said it was, and its power mode; empty where it was not asked."""
    probed = row.measurement.device.probed if row.measurement else {}
    environment = row.measurement.environment if row.measurement else None
    mode = [f"power mode {environment.power_mode}"] if environment and environment.power_mode else []
    return ", ".join([*(str(probed[key]) for key in ("model", "arch") if probed.get(key)), *mode])


def machines(rows: Sequence[Row]) -> str:
    """Every machine that these rows were measured on; one profile can cover several boards."""
    return " / ".join(dict.fromkeys(filter(None, map(machine, rows))))


def plain_milliseconds(value: float | None) -> str:
    """A time without an interval."""
    return "–" if value is None else f"{two_digits(value)} ms"
