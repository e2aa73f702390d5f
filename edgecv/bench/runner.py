"""Measure an artifact in a fresh process that holds one runtime, and nothing of this one.

Whatever befalls that process, a crash, a hang or an error, becomes a measurement with the verdict FAILED and the
reason, so that one bad artifact of many costs one line of the table. What cannot be measured here at all raises
Unavailable, which is no failure.
"""

import dataclasses
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from edgecv.documents import read_measurement
from edgecv.errors import EdgecvError, InputError, MeasurementNotValid, Unavailable
from edgecv.hosts import require_here
from edgecv.hosts.local import TimedOut, run_module
from edgecv.ondevice import probes
from edgecv.ondevice.bench import measured
from edgecv.ondevice.engines import check_hint, engine_for
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
    hint: str = "",
    log: Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Measurement:
    """Take a measurement, write it to `out`, and give it back whatever its verdict."""
    artifact = open_sealed(artifact_folder)
    if threads > probes.cores():
        raise InputError(f"threads: expected at most the {probes.cores()} cores of this machine, got '{threads}'")
    profile = device.name if device else "local"
    engine_for(artifact)
    check_hint(artifact, hint)
    if device:
        require_here(device)
    plan = PLANS[mode]
    limit_s = OPENING_SECONDS + plan.warmup_seconds + plan.max_seconds + plan.end_to_end_seconds
    asked: list[str | Path] = ["--out", out, "--threads", str(threads), "--mode", mode, "--profile", profile]
    if hint:
        asked += ["--hint", hint]
    try:
        with _alone(on_progress):
            run_module(
                "edgecv.ondevice",
                ["bench", artifact_folder, *asked],
                log=log or out.with_suffix(".log"),
                on_progress=on_progress,
                timeout_s=limit_s,
            )
    except MeasurementNotValid:
        pass  # it is written, and says why
    except EdgecvError as error:
        if isinstance(error, Unavailable) and not isinstance(error, TimedOut):
            raise
        reason = f"computing in {hint}: {error}" if hint else str(error)
        write_json(out, dataclasses.asdict(_failed(artifact, profile, reason)))
    return read_measurement(out)


@contextmanager
def _alone(on_progress: Callable[[str], None] | None) -> Iterator[None]:
    """Wait until no other measurement of this user is under way here: they would slow each other."""
    with (Path(tempfile.gettempdir()) / f"edgecv-bench-{os.getuid()}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_progress:
                on_progress("waiting for another measurement on this machine")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _failed(artifact: Artifact, profile: str, reason: str) -> Measurement:
    return Measurement(
        artifact=measured(artifact),
        device=MeasuredDevice(profile),
        verdict="FAILED",
        reasons=(reason,),
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
