"""The TFLite engine: ai-edge-litert or, where there is no wheel of it (32-bit ARM), tflite-runtime."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np

from edgecv.ondevice.engines.damage import check_names, refusals
from edgecv.ondevice.engines.encoding import Encoding, decoded, encoding_for
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.records.artifact import Artifact, Tensor

PACKAGES = ("ai_edge_litert", "tflite_runtime")  # the first that is installed is used
COMPUTED_IN = {"float16": "float32"}  # CPU kernels widen half-precision weights when the file is opened


def missing() -> str | None:
    package = _package()
    if package is None:
        return "cannot open 'tflite' artifacts here: pip install ai-edge-litert"
    if package == "tflite_runtime" and int(np.__version__.split(".")[0]) >= 2:
        return "tflite-runtime cannot work with numpy 2: pip install 'numpy<2'"  # it imports, then raises SystemError
    return None


def _package() -> str | None:
    return next((package for package in PACKAGES if find_spec(package)), None)


@dataclass
class TfliteEngine:
    interpreter: Any
    input: int
    outputs: List[int]
    encoding: Encoding
    tensors: Tuple[Tensor, ...]
    runtime: str
    runtime_precision: str
    kernels: str | None
    arena_mb: float | None = None  # the interpreter does not tell
    tuning: Mapping[str, Any] = field(default_factory=dict)

    def encode(self, images: np.ndarray) -> np.ndarray:
        return self.encoding(images)

    def invoke(self, encoded: np.ndarray) -> List[np.ndarray]:
        self.interpreter.set_tensor(self.input, encoded)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(index) for index in self.outputs]

    def decode(self, raw: List[np.ndarray]) -> Dict[str, np.ndarray]:
        return decoded(raw, self.tensors)

    def close(self) -> None:
        self.interpreter = None


def open_engine(artifact: Artifact, options: EngineOptions) -> TfliteEngine:
    package = _package()
    runtime = f"{str(package).replace('_', '-')} {_version(str(package))}"
    interpreter_class = importlib.import_module(f"{package}.interpreter").Interpreter
    manifest = artifact.manifest
    with refusals(artifact, runtime, (ValueError, RuntimeError)):
        interpreter = interpreter_class(**_model(artifact), num_threads=options.threads)
        interpreter.allocate_tensors()
        inputs, outputs = _indices(interpreter)
    check_names(artifact, "inputs", [tensor.tensor for tensor in manifest.inputs], list(inputs))
    check_names(artifact, "outputs", [tensor.tensor for tensor in manifest.outputs], list(outputs))
    return TfliteEngine(
        interpreter,
        inputs[manifest.inputs[0].tensor],
        [outputs[tensor.tensor] for tensor in manifest.outputs],
        encoding_for(manifest.preprocess, manifest.inputs[0]),
        manifest.outputs,
        runtime,
        COMPUTED_IN.get(manifest.precision, manifest.precision),
        _kernels(interpreter),
        tuning={"num_threads": options.threads},
    )


def _version(package: str) -> str:
    """As the package tells it, where it does: to look it up among all that is installed takes a while."""
    told = getattr(importlib.import_module(package), "__version__", None)
    if told is None:
        from importlib.metadata import version

        told = version(package)
    return str(told)


def _model(artifact: Artifact) -> Dict[str, Any]:
    """By its path where it has one: a file is mapped into memory, and content copied."""
    if artifact.bundled:
        return {"model_content": artifact.read(artifact.manifest.model)}
    return {"model_path": str(artifact.model_file)}


def _indices(interpreter: Any) -> Tuple[Dict[str, int], Dict[str, int]]:
    """Where the signature's names live.

    The runner of a signature would read by name itself, but lays the tensors out anew for every inference; and as long
    as it lives, the interpreter refuses to be used beside it. So it is asked once.
    """
    signature = interpreter.get_signature_runner()
    inputs = {name: details["index"] for name, details in signature.get_input_details().items()}
    outputs = {name: details["index"] for name, details in signature.get_output_details().items()}
    return inputs, outputs


def _kernels(interpreter: Any) -> str | None:
    """Bit-equal outputs need equal kernels, and only the operator list, which is not public, tells which ran."""
    if not hasattr(interpreter, "_get_ops_details"):
        return None
    operators = {operator["op_name"] for operator in interpreter._get_ops_details()}
    return "xnnpack" if "DELEGATE" in operators else "builtin"
