"""The place of the TensorRT engine. It says what is missing, and opens nothing yet."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from edgecv.errors import Unavailable
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.records.artifact import Artifact

GPUS = ("/dev/nvidia0", "/dev/nvhost-gpu", "/dev/nvgpu/igpu0/power")  # a graphics card, a Jetson, a newer Jetson


def missing() -> str:
    absent = []
    if not any(Path(gpu).exists() for gpu in GPUS):
        absent.append("an NVIDIA GPU")
    if not find_spec("tensorrt"):
        absent.append("TensorRT with its Python package")
    if absent:
        return f"cannot open 'tensorrt' artifacts here: the device needs {' and '.join(absent)}"
    return "cannot open 'tensorrt' artifacts yet; trtexec takes the ONNX file in the artifact's folder"


def open_engine(artifact: Artifact, options: EngineOptions) -> NoReturn:  # noqa: ARG001
    raise Unavailable(missing())
