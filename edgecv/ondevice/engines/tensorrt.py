"""The TensorRT engine, on NVIDIA GPUs.

The artifact holds ONNX. The plan is built when it is first opened on a device, and kept there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.child import progress
from edgecv.ondevice.engines import tensorrt_cache
from edgecv.ondevice.engines.cuda import Gpu, load_driver
from edgecv.ondevice.engines.damage import check_names
from edgecv.ondevice.engines.encoding import Encoding, decoded, encoding_for
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.ondevice.engines.tensorrt_plan import Refused, build_plan, computes_in, listener, reason
from edgecv.ondevice.engines.tensorrt_run import activations_bytes, shapes, starter
from edgecv.records.artifact import Artifact, Tensor
from edgecv.records.files import digest_of_content

# Graphics cards (a container may see any of them, but always this), a Jetson, a newer Jetson.
GPUS = ("/dev/nvidiactl", "/dev/nvhost-gpu", "/dev/nvgpu/igpu0/power")
LARGEST_WORKSPACE = 1 << 30


def missing() -> str | None:
    absent = []
    if not any(Path(gpu).exists() for gpu in GPUS):
        absent.append("an NVIDIA GPU")
    if not find_spec("tensorrt"):
        absent.append("TensorRT with its Python package")
    return f"cannot open 'tensorrt' artifacts here: the device needs {' and '.join(absent)}" if absent else None


@dataclass
class TensorrtEngine:
    gpu: Gpu
    plan: Any  # with its context and logger, which have to live as long
    start: Callable[[int], bool]
    addresses: Dict[str, int]
    arrays: Dict[str, np.ndarray]  # page-locked, by the names in the file
    input: str
    encoding: Encoding
    tensors: Tuple[Tensor, ...]
    runtime: str
    runtime_precision: str
    kernels: str | None
    arena_mb: float | None
    tuning: Mapping[str, Any] = field(default_factory=dict)  # a plan was tuned when it was built

    def encode(self, images: np.ndarray) -> np.ndarray:
        return self.encoding(images)

    def invoke(self, encoded: np.ndarray) -> List[np.ndarray]:
        self.gpu.make_current()
        np.copyto(self.arrays[self.input], encoded)
        self.gpu.upload(self.arrays[self.input], self.addresses[self.input])
        if not self.start(self.gpu.stream):
            raise RuntimeError(f"{self.runtime}: the inference did not start: {reason(self.plan.log)}")
        for tensor in self.tensors:
            self.gpu.download(self.addresses[tensor.tensor], self.arrays[tensor.tensor])
        self.gpu.wait()
        return [self.arrays[tensor.tensor] for tensor in self.tensors]

    def decode(self, raw: List[np.ndarray]) -> Dict[str, np.ndarray]:
        return decoded(raw, self.tensors)

    def close(self) -> None:
        self.arrays, self.start, self.plan = {}, lambda _: False, None
        self.gpu.close()


@dataclass
class _Plan:
    """An open plan with all that it needs to live."""

    log: Any
    runtime: Any
    engine: Any
    context: Any


def open_engine(artifact: Artifact, options: EngineOptions) -> TensorrtEngine:  # noqa: ARG001 - a GPU has its own threads
    import tensorrt as trt

    gpu = Gpu(load_driver())
    try:
        return _open(trt, gpu, artifact)
    except BaseException:
        gpu.close()
        raise


def _open(trt: Any, gpu: Gpu, artifact: Artifact) -> TensorrtEngine:
    runtime = f"tensorrt {trt.__version__}"
    manifest = artifact.manifest
    try:
        plan = _plan(trt, gpu, artifact)
        sides = shapes(trt, plan.engine)
    except (Refused, ValueError) as error:
        raise InputError(f"{artifact.model_file}: {runtime} cannot use it on {gpu.name}: {error}") from error
    check_names(artifact, "inputs and outputs", [t.tensor for t in (*manifest.inputs, *manifest.outputs)], list(sides))
    addresses = {name: gpu.reserve(4 * int(np.prod(shape))) for name, shape in sides.items()}
    return TensorrtEngine(
        gpu,
        plan,
        starter(plan.context, addresses),
        addresses,
        {name: gpu.page_locked(shape) for name, shape in sides.items()},
        manifest.inputs[0].tensor,
        encoding_for(manifest.preprocess, manifest.inputs[0]),
        manifest.outputs,
        runtime,
        computes_in(trt, manifest.precision),
        f"{gpu.name}, compute capability {gpu.compute_capability}",
        activations_bytes(plan.engine) / 1e6,
    )


def _plan(trt: Any, gpu: Gpu, artifact: Artifact) -> _Plan:
    """The kept plan, or a new one: where there is none, it is damaged, or this TensorRT does not take it back."""
    onnx = artifact.read(artifact.manifest.model)
    log = listener(trt)
    runtime = trt.Runtime(log)
    workspace = min(gpu.memory_bytes // 4, LARGEST_WORKSPACE)  # a board's memory serves its processors, too
    facts = {"tensorrt": trt.__version__, "gpu": gpu.name, "sm": gpu.compute_capability}
    place = tensorrt_cache.place_for(
        "plan",
        **facts,
        onnx=digest_of_content(onnx),
        precision=artifact.manifest.precision,
        workspace=workspace,
    )
    kept = tensorrt_cache.read(place)
    engine = runtime.deserialize_cuda_engine(kept) if kept else None
    if engine is None:
        progress("TensorRT builds its plan for this GPU; that takes minutes, once")
        timing = tensorrt_cache.place_for("timing", **facts)
        made, timed = build_plan(
            trt,
            log,
            onnx,
            artifact.manifest.precision,
            workspace,
            tensorrt_cache.read(timing) or b"",
        )
        tensorrt_cache.keep(timing, timed)
        tensorrt_cache.keep(place, made)
        engine = runtime.deserialize_cuda_engine(made)
    context = engine and engine.create_execution_context()
    if not context:
        raise Refused(reason(log))
    return _Plan(log, runtime, engine, context)
