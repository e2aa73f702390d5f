"""What is to be measured, and how."""

from dataclasses import dataclass
from pathlib import Path

from edgecv.errors import InputError
from edgecv.hosts import Argument, Given, Host, Made, given_artifact, names_of_pictures
from edgecv.ondevice.bench.pictures import spread
from edgecv.ondevice.bench.throughput import SECONDS
from edgecv.ondevice.engines import check_hint
from edgecv.ondevice.stopwatch import PLANS
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Mode

BEGINNING_S = 600.0  # more than a slow board takes to open the largest model
SLACK = 3.0  # a plan's own limits are looked at between blocks


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

    @property
    def longest_s(self) -> float:
        """No measurement of this kind takes longer, unless something has gone wrong with it."""
        plan = PLANS[self.mode]
        once = plan.max_seconds + plan.warmup_seconds + plan.end_to_end_seconds + SECONDS[self.mode]
        waiting_s = 2 * plan.min_samples / self.pace_fps if self.pace_fps else 0.0
        return BEGINNING_S + SLACK * (once + waiting_s + 60.0 * self.soak_minutes)

    def arguments(self, place: Path, *, in_turns: bool) -> list[Argument]:
        """Of `python -m edgecv.ondevice bench`."""
        told: dict[str, Argument] = {
            "--out": Made(place),
            "--threads": self.threads,
            "--mode": self.mode,
            "--profile": self.profile,
            "--affinity": ",".join(map(str, self.affinity)),
            "--hint": self.hint,
            "--images": _given_images(self.images) if self.images else "",
            "--soak": self.soak_minutes or "",
            "--pace": self.pace_fps or "",
            "--streams": self.streams or "",
        }
        asked = [word for name, value in told.items() if value != "" for word in (name, value)]
        return ["bench", given_artifact(self.artifact), *asked, *(["--turns"] if in_turns else [])]


def check(job: Job, host: Host) -> None:
    """Refuse what no measurement can come of, before anything is started."""
    cores = len(job.affinity) or host.cores
    for word, wanted in (("threads", job.threads), ("streams x threads", job.streams * job.threads)):
        if wanted > cores:
            raise InputError(f"{word}: expected at most the {cores} cores to be used, got '{wanted}'")
    host.require(job.artifact)
    check_hint(job.artifact, job.hint)


def _given_images(folder: Path) -> Given:
    """Those that will be fed, and not the thousands that a folder may hold."""
    return Given(folder, tuple(spread(names_of_pictures(folder))))
