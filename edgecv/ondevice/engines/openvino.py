"""The OpenVINO engine, on the CPU."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from edgecv.errors import Unavailable
from edgecv.ondevice.engines.damage import check_names, refusals
from edgecv.ondevice.engines.encoding import Encoding, decoded, encoding_for
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.records.artifact import Artifact, Tensor

COMPUTING = ("Convolution", "Deconvolution", "FullyConnected", "MatMul")  # the layers that cost the time
PRECISIONS = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "i8": "int8", "u8": "int8"}


def missing() -> str | None:
    return None if find_spec("openvino") else "cannot open 'openvino' artifacts here: pip install openvino"


def import_openvino() -> Any:
    """The package. Left alone, it reports its use to its makers, and forks to do so: numpy's threads can hang then."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


class Shared(NamedTuple):
    """An input and its memory: the tensor alone does not keep the array alive, and reading freed memory crashes."""

    array: np.ndarray
    tensor: Any


@dataclass
class OpenvinoEngine:
    request: Any
    tensor_class: Any
    input: Any
    outputs: List[Any]
    encoding: Encoding
    tensors: Tuple[Tensor, ...]
    runtime: str
    runtime_precision: str
    kernels: str | None
    arena_mb: float | None = None  # its processors' plugin does not tell
    shared: Shared | None = None
    model: Any = None
    tuning: Mapping[str, Any] = field(default_factory=dict)

    def encode(self, images: np.ndarray) -> Shared:
        array = self.encoding(images)
        return Shared(array, self.tensor_class(array, shared_memory=True))

    def invoke(self, encoded: Shared) -> Any:
        self.shared = encoded
        self.request.set_tensor(self.input, encoded.tensor)
        return self.request.infer(share_outputs=True)

    def decode(self, raw: Any) -> Dict[str, np.ndarray]:
        return decoded([raw[output] for output in self.outputs], self.tensors)

    def beside(self) -> OpenvinoEngine:
        """Another one on the same compiled model, which can be at work at the same time."""
        return replace(self, request=self.model.create_infer_request(), shared=None)

    def close(self) -> None:
        self.request = self.shared = self.model = None


def open_engine(artifact: Artifact, options: EngineOptions) -> OpenvinoEngine:
    openvino = import_openvino()
    runtime = f"openvino {openvino.__version__.split('-')[0]}"  # a build number and a hash follow
    manifest = artifact.manifest
    core = openvino.Core()
    settings = _settings(options, core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
    with refusals(artifact, runtime, (RuntimeError,)):
        model = core.compile_model(_model(openvino, core, artifact), "CPU", settings)
    inputs = {name: port for port in model.inputs for name in port.get_names()}
    outputs = {name: port for port in model.outputs for name in port.get_names()}
    check_names(artifact, "inputs", [tensor.tensor for tensor in manifest.inputs], list(inputs))
    check_names(artifact, "outputs", [tensor.tensor for tensor in manifest.outputs], list(outputs))
    precision, kernels = _what_runs(model)
    return OpenvinoEngine(
        model.create_infer_request(),
        openvino.Tensor,
        inputs[manifest.inputs[0].tensor],
        [outputs[tensor.tensor] for tensor in manifest.outputs],
        encoding_for(manifest.preprocess, manifest.inputs[0]),
        manifest.outputs,
        runtime,
        precision,
        kernels,
        model=model,
        tuning=settings,
    )


def _model(openvino: Any, core: Any, artifact: Artifact) -> Any:
    """By its path where it has one: a file is mapped into memory, and content copied."""
    if not artifact.bundled:
        return str(artifact.model_file)
    graph, weights = (artifact.read(str(Path(artifact.manifest.model).with_suffix(end))) for end in (".xml", ".bin"))
    return core.read_model(graph, openvino.Tensor(np.frombuffer(weights, np.uint8)))


def _settings(options: EngineOptions, capabilities: Sequence[str]) -> Dict[str, Any]:
    return {
        # Left alone, processors with bfloat16 units compute float32 files in bfloat16 without saying so.
        "INFERENCE_PRECISION_HINT": _hint(options.hint, capabilities) if options.hint else "f32",
        "INFERENCE_NUM_THREADS": options.threads * options.streams,
        "NUM_STREAMS": options.streams,
        "PERFORMANCE_HINT": "LATENCY" if options.streams == 1 else "THROUGHPUT",
        "PERF_COUNT": bool(options.profile),
    }


def _hint(hint: str, capabilities: Sequence[str]) -> str:
    """OpenVINO's word for a hint. What the processor cannot do, it would leave to float32 and not say so."""
    words = {"FP32": "f32", "BF16": "bf16", "FP16": "f16", "INT8": "i8"}
    able = {PRECISIONS[word]: word for capability, word in words.items() if capability in capabilities}
    if hint not in able:
        raise Unavailable(f"hint: this processor computes in {', '.join(able)}, not in '{hint}'")
    return able[hint]


def _what_runs(model: Any) -> Tuple[str, str | None]:
    """Precisions, commonest first, and kernels of the layers that compute, as the compiled model tells them."""
    facts = [layer.get_rt_info() for layer in model.get_runtime_model().get_ops()]
    computing = [fact for fact in facts if fact["layerType"].astype(str) in COMPUTING]
    counts = Counter(_precision(fact) for fact in computing)
    kernels = sorted({fact["primitiveType"].astype(str) for fact in computing})
    return "+".join(name for name, _ in counts.most_common()) or "float32", ", ".join(kernels) or None


def _precision(fact: Any) -> str:
    """By the kernel: the field `runtimePrecision` tells what goes in, halves even where they are widened first."""
    kernel, given = (fact[field].astype(str) for field in ("primitiveType", "runtimePrecision"))
    return PRECISIONS.get(kernel.rpartition("_")[2].lower()) or PRECISIONS.get(given, given)
