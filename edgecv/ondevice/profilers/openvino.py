"""OpenVINO's performance counters. The type of a kernel ends in what it computes in, as in `jit_avx512_I8`."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Tuple

import numpy as np

from edgecv.ondevice.engines.openvino import PRECISIONS, OpenvinoEngine, open_engine
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.ondevice.profilers.protocol import Profile, Timed, add_times, run_all
from edgecv.records.artifact import Artifact

UNTOLD = ("undef", "unknown")


def profile(artifact: Artifact, options: EngineOptions, images: np.ndarray, runs: int) -> Profile:
    engine = open_engine(artifact, dataclasses.replace(options, profile=str(artifact.folder)))
    layers: Dict[Any, Timed] = {}
    parts = _parts(engine)

    def note() -> None:
        for each in engine.request.get_profiling_info():
            if each.status.name == "EXECUTED":
                kernel, precision = kernel_and_precision(each.exec_type)
                time_ms = [each.real_time.total_seconds() * 1000]
                layer = Timed(each.node_name, each.node_type, kernel, precision, parts.get(each.node_name, ()), time_ms)
                add_times(layers, each.node_name, layer)

    run_all(engine, images, runs, note)
    return Profile(engine, "OpenVINO performance counters", list(layers.values()))


def kernel_and_precision(exec_type: str) -> Tuple[str | None, str | None]:
    word = exec_type.rpartition("_")[2].lower()
    known = {**PRECISIONS, "i32": "int32", "i64": "int64", "u32": "uint32"}
    return (None if exec_type.startswith(UNTOLD) else exec_type), known.get(word)


def _parts(engine: OpenvinoEngine) -> Dict[str, Tuple[str, ...]]:
    """What each layer of the compiled model is made of, by the names in the file."""
    nodes = engine.request.get_compiled_model().get_runtime_model().get_ops()
    names = {node.get_friendly_name(): node.get_rt_info()["originalLayersNames"].astype(str) for node in nodes}
    return {name: tuple(filter(None, parts.split(","))) for name, parts in names.items()}
