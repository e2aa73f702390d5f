"""What every engine gives, whatever runtime is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Protocol, Tuple

import numpy as np

from edgecv.records.artifact import Artifact

HINTS: Tuple[str, ...] = ("bfloat16", "float16")


@dataclass(frozen=True)
class EngineOptions:
    threads: int = 1
    hint: str = ""  # one of HINTS: floats are computed in that, where engine and processor can; empty: in float32
    profile: str = ""  # a folder: the runtime notes the time of each layer, in a file there if it has to; slower
    streams: int = 1  # inferences at once, each with that many threads, where one open model can serve several


class Engine(Protocol):
    """An open model file. What lies between `encode` and `decode` is the engine's secret."""

    @property
    def runtime(self) -> str:
        """Package and version, as in "openvino 2026.4.1"."""

    @property
    def runtime_precision(self) -> str:
        """What it computes in, which is not always what the file holds."""

    @property
    def kernels(self) -> str | None:
        """The kernels or delegate that really run; None where the runtime does not tell."""

    @property
    def arena_mb(self) -> float | None:
        """What it reserves for intermediate results; None where the runtime does not tell."""

    @property
    def tuning(self) -> Mapping[str, Any]:
        """What the runtime was told about speed, in its own words."""

    def encode(self, images: np.ndarray) -> Any:
        """From pixels, uint8 (1, height, width, channels), to the model's input. Any thread may call it."""

    def invoke(self, encoded: Any) -> Any:
        """One inference. The answer is good until the next one."""

    def decode(self, raw: Any) -> Dict[str, np.ndarray]:
        """The outputs by edgecv's names: float32, channels last, and the caller's to keep."""

    def close(self) -> None:
        """Give the memory back; the engine cannot be used any more."""


class EngineModule(Protocol):
    def missing(self) -> str | None:
        """What this machine lacks to open such artifacts, in one sentence; None when it lacks nothing."""

    def open_engine(self, artifact: Artifact, options: EngineOptions) -> Engine: ...
