"""What can be wished for in a measurement beside its plan and the options of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgecv.records.recipe import Mode


@dataclass(frozen=True)
class Settings:
    profile: str = "local"  # what the machine is called in the record
    mode: Mode = "standard"
    images: Path | None = None  # a folder; None: the artifact's own samples
    soak_minutes: int = 0  # 0: as the plan says
    pace_fps: float | None = None  # None: each image as soon as the last is done
    streams: int = 0  # of the throughput; 0: it is not measured
    in_turns: bool = False  # with other processes, as the parent says
