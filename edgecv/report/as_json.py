"""The rows for scripts: one flat object each, unrounded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from edgecv.records.evaluation import Evaluation
from edgecv.records.measurement import Measurement
from edgecv.report.remarks import remarks
from edgecv.report.row import Row


def text(rows: Sequence[Row]) -> str:
    """The rows as a JSON array."""
    return json.dumps(plain(rows), indent=1, allow_nan=False) + "\n"


def plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as plain values."""
    return [fields(row) for row in rows]


def fields(row: Row) -> dict[str, Any]:
    """Everything that a row says, under names that carry their units; None where it is not known."""
    return {
        "artifact": row.artifact.name,
        "digest": row.artifact.digest,
        "target": row.artifact.target,
        "precision": row.artifact.precision,
        "device": row.device,
        **_measured(row.measurement),
        **_evaluated(row.evaluation),
        "verdict": row.measurement.verdict if row.measurement else None,
        "emulated": row.emulated if row.measurement else None,
        "best": row.best,
        "remarks": remarks(row),
    }


def _measured(measurement: Measurement | None) -> dict[str, Any]:
    latency = measurement.latency if measurement else None
    environment = measurement.environment if measurement else None
    return {
        "threads": environment.threads if environment else None,
        "runtime": environment.runtime if environment else None,
        "size_bytes": measurement.artifact.size_bytes if measurement else None,
        "p50_ms": latency.p50_ms if latency else None,
        "p50_ci95_ms": latency.p50_ci95_ms if latency else None,
        "p90_ms": latency.p90_ms if latency else None,
        "p90_ci95_ms": latency.p90_ci95_ms if latency else None,
        "p95_ms": latency.p95_ms if latency else None,
        "p99_ms": latency.p99_ms if latency else None,
        "samples": len(latency.samples_ms) if latency else None,
        "mode": measurement.mode if measurement else None,
        **_beside(measurement),
        "peak_memory_mb": measurement.peak_memory_mb if measurement else None,
        "energy_mj": measurement.energy_mj if measurement else None,
        "unread": list(measurement.unread) if measurement else None,
    }


def _beside(measurement: Measurement | None) -> dict[str, Any]:
    """What not every measurement has."""
    latency = measurement.latency if measurement else None
    turns = measurement.interleaved if measurement else None
    throughput = measurement.throughput if measurement else None
    soak = measurement.soak if measurement else None
    return {
        "p90_bound_ms": latency.p90_bound_ms if latency else None,
        "pace_fps": latency.pace_fps if latency else None,
        "in_turns_with": [digest for digest in turns.digests if digest != measurement.artifact.digest]
        if measurement and turns
        else None,
        "ratio_to_first": turns.ratio if turns else None,
        "ratio_to_first_ci95": turns.ratio_ci95 if turns else None,
        "images_per_s": throughput.images_per_s if throughput else None,
        "images_per_s_ci95": throughput.ci95 if throughput else None,
        "streams": throughput.streams if throughput else None,
        "soak_minutes": len(soak.minutes) if soak else None,
        "soak_ratio": soak.ratio if soak else None,
        "soak_ratio_ci95": soak.ratio_ci95 if soak else None,
    }


def _evaluated(evaluation: Evaluation | None) -> dict[str, Any]:
    return {
        "metric": evaluation.metric if evaluation else None,
        "value": evaluation.value if evaluation else None,
        "value_ci95": evaluation.ci95 if evaluation else None,
        "float_value": evaluation.float_value if evaluation else None,
        "drop": evaluation.drop if evaluation else None,
        "drop_ci95": evaluation.drop_ci95 if evaluation else None,
        "split": evaluation.data.split if evaluation else None,
        "images": evaluation.data.n if evaluation else None,
        "accuracy_verdict": evaluation.verdict if evaluation else None,
    }
