"""Measure an artifact in a fresh process that holds one runtime, and nothing of this one.

Whatever befalls that process, a crash, a hang or an error, becomes a measurement with the verdict FAILED and the
reason, so that one bad artifact of many costs one line of the table. What cannot be measured here at all raises
Unavailable, which is no failure.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from edgecv.documents import read_measurement
from edgecv.errors import EdgecvError, MeasurementNotValid, Unavailable
from edgecv.hosts import require_here
from edgecv.hosts.local import TimedOut, run_module
from edgecv.ondevice.bench import measured
from edgecv.ondevice.engines import engine_for
from edgecv.ondevice.stopwatch import PLANS
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.device import DeviceProfile
from edgecv.records.files import write_json
from edgecv.records.measurement import MeasuredDevice, Measurement
from edgecv.records.recipe import Mode

OPENING_SECONDS = 180  # to open the largest model on a slow board


def measure(
    artifact_folder: Path,
    *,
    device: DeviceProfile | None,
    mode: Mode,
    threads: int,
    out: Path,
    on_progress: Callable[[str], None] | None = None,
) -> Measurement:
    """Take a measurement, write it to `out`, and give it back whatever its verdict."""
    artifact = open_sealed(artifact_folder)
    profile = device.name if device else "local"
    engine_for(artifact)
    if device:
        require_here(device)
    plan = PLANS[mode]
    limit_s = OPENING_SECONDS + plan.warmup_seconds + plan.max_seconds + plan.end_to_end_seconds
    asked: list[str | Path] = ["--out", out, "--threads", str(threads), "--mode", mode, "--profile", profile]
    try:
        run_module(
            "edgecv.ondevice",
            ["bench", artifact_folder, *asked],
            log=out.with_suffix(".log"),
            on_progress=on_progress,
            timeout_s=limit_s,
        )
    except MeasurementNotValid:
        pass  # it is written, and says why
    except EdgecvError as error:
        if isinstance(error, Unavailable) and not isinstance(error, TimedOut):
            raise
        write_json(out, dataclasses.asdict(_failed(artifact, profile, str(error))))
    return read_measurement(out)


def _failed(artifact: Artifact, profile: str, reason: str) -> Measurement:
    return Measurement(
        artifact=measured(artifact),
        device=MeasuredDevice(profile),
        verdict="FAILED",
        reasons=(reason,),
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
