"""The ONNX engine: ONNX Runtime on the CPU."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np

from edgecv.ondevice.engines.damage import check_names, refusals
from edgecv.ondevice.engines.encoding import Encoding, decoded, encoding_for
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.records.artifact import Artifact, Tensor

SILENT = 4  # the log level at which only what ends the process is printed; the rest arrives as exceptions
CONFIGURED = {
    # Products of uint8 and int8 are summed in pairs of 16 bits where the processor has no better instruction, and stop
    # at their end without a word. This takes the slower, exact way there, and changes nothing elsewhere.
    "session.x64quantprecision": "1",
    # Its threads wait for work in a busy loop. Without that an inference on two threads takes a third longer, but
    # between two inferences it only heats the board and takes the cores from whoever prepares the next image.
    "session.force_spinning_stop": "1",
}


def missing() -> str | None:
    return None if find_spec("onnxruntime") else "cannot open 'onnx' artifacts here: pip install onnxruntime"


@dataclass
class OnnxEngine:
    session: Any
    input: str
    encoding: Encoding
    tensors: Tuple[Tensor, ...]
    runtime: str
    runtime_precision: str
    kernels: str | None
    arena_mb: float | None = None  # told in a profile alone
    tuning: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._wanted = [tensor.tensor for tensor in self.tensors]

    def encode(self, images: np.ndarray) -> np.ndarray:
        return self.encoding(images)

    def invoke(self, encoded: np.ndarray) -> List[np.ndarray]:
        answer: List[np.ndarray] = self.session.run(self._wanted, {self.input: encoded})
        return answer

    def decode(self, raw: List[np.ndarray]) -> Dict[str, np.ndarray]:
        return decoded(raw, self.tensors)

    def close(self) -> None:
        self.session = None


def open_engine(artifact: Artifact, options: EngineOptions) -> OnnxEngine:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(SILENT)
    runtime = f"onnxruntime {onnxruntime.__version__}"
    manifest = artifact.manifest
    with refusals(artifact, runtime, (Exception,)):  # its exceptions have no class in common but this
        model = artifact.read(manifest.model) if artifact.bundled else str(artifact.model_file)
        session = onnxruntime.InferenceSession(model, _session_options(options), providers=["CPUExecutionProvider"])
    check_names(artifact, "inputs", [t.tensor for t in manifest.inputs], [i.name for i in session.get_inputs()])
    check_names(artifact, "outputs", [t.tensor for t in manifest.outputs], [o.name for o in session.get_outputs()])
    return OnnxEngine(
        session,
        manifest.inputs[0].tensor,
        encoding_for(manifest.preprocess, manifest.inputs[0]),
        manifest.outputs,
        runtime,
        "float32" if manifest.precision == "float16" else manifest.precision,  # processors have next to no half kernels
        ", ".join(session.get_providers()),
        tuning={"intra_op_num_threads": options.threads, "inter_op_num_threads": 1, **CONFIGURED},
    )


def _session_options(options: EngineOptions) -> Any:
    import onnxruntime

    session = onnxruntime.SessionOptions()
    session.log_severity_level = SILENT
    session.intra_op_num_threads = options.threads
    session.inter_op_num_threads = 1
    session.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    session.use_deterministic_compute = True
    session.enable_profiling = bool(options.profile)
    session.profile_file_prefix = str(Path(options.profile) / "profile")
    for name, value in CONFIGURED.items():
        session.add_session_config_entry(name, value)
    return session
