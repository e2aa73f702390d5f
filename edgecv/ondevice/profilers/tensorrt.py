"""TensorRT's IProfiler: it is told the time of each layer once an inference is done."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np

from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.ondevice.engines.tensorrt import open_engine
from edgecv.ondevice.profilers.protocol import Profile, Timed, add_times, run_all
from edgecv.records.artifact import Artifact

UNTOLD = "a plan that was built for speed does not tell the precision of its layers"


def profile(artifact: Artifact, options: EngineOptions, images: np.ndarray, runs: int) -> Profile:
    import tensorrt as trt

    engine = open_engine(artifact, options)
    listener = _listener(trt)
    engine.plan.context.profiler = listener
    layers: Dict[Any, Timed] = {}

    def note() -> None:
        for name, time_ms in listener.heard:
            add_times(layers, name, Timed(name, "", None, None, _parts(name), [time_ms]))
        listener.heard.clear()

    run_all(engine, images, runs, note)
    return Profile(engine, "TensorRT IProfiler", list(layers.values()), engine.arena_mb, (UNTOLD,))


def _listener(trt: Any) -> Any:
    class Listener(trt.IProfiler):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.IProfiler.__init__(self)
            self.heard: List[Any] = []

        def report_layer_time(self, layer_name: str, ms: float) -> None:
            self.heard.append((layer_name, ms))

    return Listener()


def _parts(name: str) -> Any:
    """A fused layer is called after its parts: `Conv_0 + Relu_1`."""
    return tuple(part.strip() for part in name.split(" + "))
