"""ONNX Runtime's session profile: a JSON file with an entry a node and run."""

from __future__ import annotations

import dataclasses
import json
import re
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.engines.onnx import open_engine
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.ondevice.profilers.protocol import WARM_UP, Profile, Timed, add_times, run_all
from edgecv.records.artifact import Artifact

ENDING = "_kernel_time"
FLOATS = {"float": "float32", "float16": "float16", "bfloat16": "bfloat16", "double": "float64"}
INSIDE = ("DynamicQuantizeMatMul", "DynamicQuantizeLSTM")  # floats come and go, the products are of integers


def profile(artifact: Artifact, options: EngineOptions, images: np.ndarray, runs: int) -> Profile:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(artifact, dataclasses.replace(options, profile=folder))
        run_all(engine, images, runs)
        path = Path(engine.session.end_profiling())
        layers, arena_mb = read_profile(path.read_bytes(), str(path), WARM_UP)
    return Profile(engine, "ONNX Runtime session profile", layers, arena_mb)


def read_profile(content: bytes, where: str, warm_up: int = 0) -> Tuple[List[Timed], float | None]:
    """The layers of a profile without the first runs, and the most memory that its arena held."""
    try:
        events: List[Dict[str, Any]] = [each for each in json.loads(content) if each.get("cat") == "Node"]
        layers: Dict[Any, Timed] = {}
        held = [int(each["args"]["mem_arena_held"]) for each in events if "mem_arena_held" in each["args"]]
        for each in events:
            if each["name"].endswith(ENDING):
                add_times(layers, (each["args"]["node_index"], each["name"]), _layer(each))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(f"{where}: expected the profile of an ONNX Runtime session: {error!r}") from error
    found = [layer._replace(times_ms=layer.times_ms[warm_up:]) for layer in layers.values()]
    return found, max(held) / 1e6 if held else None


def _layer(event: Dict[str, Any]) -> Timed:
    name, facts = event["name"][: -len(ENDING)], event["args"]
    types = [next(iter(each)) for part in ("input", "output") for each in facts[f"{part}_type_shape"][:1]]
    kind = facts["op_name"]
    precision = "int8" if kind in INSIDE else _precision(types)
    file = re.sub(r"_token_\d+$", "", name)  # it marks what it has made of several nodes
    return Timed(name or kind, kind, facts.get("provider"), precision, (file,) if file else (), [event["dur"] / 1000])


def _precision(types: List[str]) -> str | None:
    """What goes in first and comes out first, the images as it were; with a float at either end it is one of floats."""
    floats = [FLOATS[each] for each in types if each in FLOATS]
    return next(iter(floats or [each.replace("uint8", "int8") for each in types]), None)
