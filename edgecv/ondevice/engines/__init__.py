"""Engines: the on-device half of every target. One module a runtime; its name is the target's name."""

from __future__ import annotations

import dataclasses
from typing import Dict, List, MutableMapping

import numpy as np

from edgecv.errors import InputError, Unavailable, not_one_of
from edgecv.ondevice.engines.damage import check_files
from edgecv.ondevice.engines.protocol import HINTS, Engine, EngineModule, EngineOptions
from edgecv.ondevice.tables import Table
from edgecv.records.artifact import Artifact

__all__ = [
    "ENGINES",
    "HINTS",
    "Engine",
    "EngineModule",
    "EngineOptions",
    "engine_for",
    "infer",
    "open_engine",
    "open_engines",
]

ENGINES: MutableMapping[str, EngineModule] = Table(__name__, ("tflite", "onnx", "openvino", "tensorrt"))

TAKING_HINTS = ("openvino",)  # the others compute in what the file says
ONE_THREAD = EngineOptions()


def engine_for(artifact: Artifact) -> EngineModule:
    """The engine of an artifact's target; Unavailable where its runtime is missing."""
    target = artifact.manifest.target
    if target not in ENGINES:
        raise InputError(f"{artifact.folder}: target: expected one of {', '.join(ENGINES)}, got '{target}'")
    engine = ENGINES[target]
    missing = engine.missing()
    if missing:
        raise Unavailable(missing)
    return engine


def open_engine(artifact: Artifact, options: EngineOptions = ONE_THREAD) -> Engine:
    """Open an artifact with the runtime of its target, after a look at every file's digest."""
    engine = engine_for(artifact)
    check_hint(artifact, options.hint)
    check_files(artifact)
    try:
        return engine.open_engine(artifact, options)
    except ImportError as error:  # installed, but built for another C library or processor
        raise Unavailable(f"cannot open '{artifact.manifest.target}' artifacts here: {error}") from error


def open_engines(artifact: Artifact, options: EngineOptions, count: int) -> List[Engine]:
    """Several that may be at work at once, each with so many threads; OpenVINO's share one compiled model."""
    first = open_engine(artifact, dataclasses.replace(options, streams=count))
    beside = getattr(first, "beside", None)  # of engines that can share what they have compiled
    return [first, *(beside() if beside else open_engine(artifact, options) for _ in range(count - 1))]


def check_hint(artifact: Artifact, hint: str) -> None:
    """Refuse a hint that the engine of an artifact would have to ignore."""
    target = artifact.manifest.target
    if hint and target not in TAKING_HINTS:
        raise InputError(
            f"{artifact.folder}: hint: {target} computes in what the file says, only {', '.join(TAKING_HINTS)} can be "
            f"told another precision; remove '{hint}'"
        )
    if hint and hint not in HINTS:
        raise InputError(f"hint: {not_one_of(HINTS, hint)}")


def infer(engine: Engine, images: np.ndarray) -> Dict[str, np.ndarray]:
    """The outputs for images, uint8 (n, height, width, channels), one by one, since the batch of every file is 1."""
    answers = [engine.decode(engine.invoke(engine.encode(image[None]))) for image in images]
    return {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
