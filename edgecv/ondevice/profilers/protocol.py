"""What every profiler gives, whatever runtime is behind it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Callable, Dict, List, NamedTuple, Protocol, Sequence, Tuple

import numpy as np

from edgecv.ondevice.engines.protocol import Engine, EngineOptions
from edgecv.records.artifact import Artifact

WITH_WEIGHTS = re.compile("conv(?!ert)|matmul|gemm|fully", re.IGNORECASE)  # in the type of a layer
WARM_UP = 5  # runs that are not noted: the first ones lay out memory


class Timed(NamedTuple):
    """A layer with its times, one a run; none where the runtime does not tell them."""

    name: str
    type: str
    kernel: str | None
    precision: str | None
    network: Tuple[str, ...]
    times_ms: List[float]


class Profile(NamedTuple):
    engine: Engine
    profiler: str | None
    layers: List[Timed]
    arena_mb: float | None = None
    untold: Tuple[str, ...] = ()


class ProfilerModule(Protocol):
    def profile(self, artifact: Artifact, options: EngineOptions, images: np.ndarray, runs: int) -> Profile:
        """The layers, timed in so many runs of images that take turns."""


def run_all(engine: Engine, images: np.ndarray, runs: int, noted: Callable[[], None] = lambda: None) -> None:
    """The warm-up, then as many runs as asked for, each followed by `noted`; the images take turns."""
    encoded = [engine.encode(image[None]) for image in images]
    for run in range(-WARM_UP, runs):
        engine.invoke(encoded[run % len(encoded)])
        if run >= 0:
            noted()


def add_times(layers: Dict[Any, Timed], key: Any, layer: Timed) -> None:
    """Put the time of one run to those of the runs before."""
    layers.setdefault(key, layer._replace(times_ms=[])).times_ms.extend(layer.times_ms)


def computed_in(layers: Sequence[Timed]) -> str | None:
    """What the layers with weights compute in, commonest first; None where the runtime does not tell."""
    told = Counter(layer.precision for layer in layers if layer.precision and WITH_WEIGHTS.search(layer.type))
    return "+".join(precision for precision, _ in told.most_common()) or None
