"""What is to be measured, and how."""

from dataclasses import dataclass
from pathlib import Path

from edgecv.errors import InputError
from edgecv.hosts import require_here
from edgecv.ondevice import probes
from edgecv.ondevice.engines import check_hint, engine_for
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Mode


@dataclass(frozen=True)
class Job:
    artifact: Artifact
    out: Path  # where the measurement is written
    device: DeviceProfile | None = None  # None: this machine, by the name "local"
    mode: Mode = "standard"
    threads: int = 1
    hint: str = ""
    affinity: tuple[int, ...] = ()  # cores to keep to; empty: all that there are
    images: Path | None = None  # a folder; None: the artifact's own samples
    soak_minutes: int = 0
    pace_fps: float | None = None
    streams: int = 0  # of the throughput; 0: it is not measured
    memory_limit_mb: float | None = None  # None: most of what is free
    log: Path | None = None

    @property
    def profile(self) -> str:
        return self.device.name if self.device else "local"

    @property
    def log_file(self) -> Path:
        return self.log or self.out.with_suffix(".log")

    def arguments(self, place: Path, *, in_turns: bool) -> list[object]:
        """Of `python -m edgecv.ondevice bench`."""
        told: dict[str, object] = {
            "--out": place,
            "--threads": self.threads,
            "--mode": self.mode,
            "--profile": self.profile,
            "--affinity": ",".join(map(str, self.affinity)),
            "--hint": self.hint,
            "--images": self.images or "",
            "--soak": self.soak_minutes or "",
            "--pace": self.pace_fps or "",
            "--streams": self.streams or "",
        }
        asked = [word for name, value in told.items() if value != "" for word in (name, value)]
        return ["bench", self.artifact.folder, *asked, *(["--turns"] if in_turns else [])]


def check(job: Job) -> None:
    """Refuse what no measurement can come of, before anything is started."""
    cores = len(job.affinity) or probes.cores()
    for word, wanted in (("threads", job.threads), ("streams x threads", job.streams * job.threads)):
        if wanted > cores:
            raise InputError(f"{word}: expected at most the {cores} cores to be used, got '{wanted}'")
    engine_for(job.artifact)
    check_hint(job.artifact, job.hint)
    if job.device:
        require_here(job.device)
