"""Profilers: ask a runtime for the time of each layer. One module a runtime; its name is the target's name."""

from __future__ import annotations

from typing import MutableMapping

import numpy as np

from edgecv.ondevice.engines.protocol import Engine, EngineOptions
from edgecv.ondevice.profilers.protocol import ProfilerModule, computed_in
from edgecv.ondevice.tables import Table
from edgecv.records.artifact import Artifact

__all__ = ["PROFILERS", "ProfilerModule", "precision_that_ran"]

PROFILERS: MutableMapping[str, ProfilerModule] = Table(__name__, ("tflite", "onnx", "openvino", "tensorrt"))

TOLD_BY_PROFILE = ("onnx",)  # it computes integers in floats where the file does not suit it, and tells so here alone


def precision_that_ran(engine: Engine, artifact: Artifact, options: EngineOptions, images: np.ndarray) -> str:
    """What the layers with weights compute in, commonest first.

    Most engines know when they open. For the others a model is opened anew: a matter for after the timing.
    """
    target = artifact.manifest.target
    if target not in TOLD_BY_PROFILE:
        return engine.runtime_precision
    return computed_in(PROFILERS[target].profile(artifact, options, images[:1], 1).layers) or engine.runtime_precision
