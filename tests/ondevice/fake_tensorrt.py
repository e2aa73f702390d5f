"""TensorRT and a GPU's driver that are not there: with the names of real bindings, and no others.

The names of each class come from `tensorrt_names/`, where real bindings wrote them down. An object here has exactly
those: a name that the version lacks is no attribute, one that it has but that is not played here fails the test. A
"plan" is the ONNX file itself, and ONNX Runtime computes it, on memory that the fake driver gave out.
"""

# ruff: noqa: ARG002, ARG005, N802 - names and arguments are those of NVIDIA's interfaces

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

NAMES = Path(__file__).parent / "tensorrt_names"
VERSIONS = ("8.2.1", "8.4.1", "8.5.2", "8.6.1", "10.0.1", "10.3.0", "10.16.1", "11.4.0")  # with Python bindings

# No bindings of 8.2 can be had. Their source, NVIDIA/TensorRT at release/8.2, lacks these of the names in 8.4.
SINCE_8_4 = {"IBuilderConfig": {"set_memory_pool_limit", "get_memory_pool_limit"}, "MemoryPoolType": {"WORKSPACE"}}


def names_of(version: str) -> dict[str, set[str]]:
    """The names in each class of a version's bindings."""
    recorded = json.loads((NAMES / f"{'8.4.1' if version == '8.2.1' else version}.json").read_text())
    names = {kind: set(those.split()) for kind, those in recorded.items()}
    if version == "8.2.1":
        for kind, later in SINCE_8_4.items():
            names[kind] -= later
    return names


class Played:
    """One object of the bindings, as far as it is played."""

    def __init__(self, trt: FakeTensorrt, kind: str, **parts: Any) -> None:
        self.__dict__.update(_trt=trt, _kind=kind, _parts=parts)

    def __getattr__(self, name: str) -> Any:
        if name not in self._trt.names[self._kind]:
            raise AttributeError(f"'{self._kind}' object has no attribute '{name}'")
        self._trt.used.add(f"{self._kind}.{name}")
        assert name in self._parts, f"{self._kind}.{name} is real, but not played here"
        return self._parts[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._trt.names[self._kind]:
            raise AttributeError(f"'{self._kind}' object has no attribute '{name}'")
        self._trt.used.add(f"{self._kind}.{name}")
        self._parts[name] = value


class FakeTensorrt:
    """The module `tensorrt` of one version; its switches make it refuse."""

    def __init__(self, version: str) -> None:
        self.__version__ = version
        self.names = names_of(version)
        self.used: set[str] = set()  # every name of the bindings that was asked for
        self.flags: set[str] = set()  # of the builder
        self.cleared: set[str] = set()
        self.network_flags = 0
        self.workspace = 0
        self.built = 0  # plans
        self.timing: list[bytes] = []  # what each build was given
        self.parse_errors: list[tuple[str, str, str]] | None = None  # of a parser that refuses
        self.build_error = ""
        self.takes_back_plans = True
        self.int8 = True

        class ILogger:
            ERROR, INTERNAL_ERROR, WARNING = 1, 0, 2

        class IProfiler:
            pass

        self.ILogger, self.IProfiler = ILogger, IProfiler
        for kind in ("BuilderFlag", "NetworkDefinitionCreationFlag", "MemoryPoolType", "DataType", "TensorIOMode"):
            if kind in self.names:
                members = sorted(name for name in self.names[kind] if name.isupper())
                setattr(self, kind, Played(self, kind, **{name: place for place, name in enumerate(members)}))

    def flag_name(self, kind: str, number: int) -> str:
        return sorted(name for name in self.names[kind] if name.isupper())[number]

    def Builder(self, log: Any) -> Played:
        def create_network(flags: int) -> Played:
            self.network_flags = flags
            return Played(self, "INetworkDefinition", log=log, onnx=[])

        def build(network: Played, config: Played) -> bytes | None:
            self.built += 1
            self.workspace = self.workspace or config._parts.get("max_workspace_size", 0)
            if self.build_error:
                log.log(self.ILogger.ERROR, self.build_error)
                return None
            return b"plan" + bytes(network._parts["onnx"][0])

        return Played(
            self,
            "Builder",
            create_network=create_network,
            create_builder_config=self._config,
            build_serialized_network=build,
            platform_has_fast_int8=self.int8,
        )

    def OnnxParser(self, network: Played, log: Any) -> Played:
        def parse(content: bytes) -> bool:
            network._parts["onnx"].append(content)
            return self.parse_errors is None

        def get_error(index: int) -> Played:
            operator, node, text = (self.parse_errors or [])[index]  # real parsers crash beyond the last
            parts = {"desc": lambda: text, "node": lambda: index, "node_operator": lambda: operator}
            return Played(self, "ParserError", **parts, node_name=lambda: node)

        return Played(self, "OnnxParser", parse=parse, num_errors=len(self.parse_errors or []), get_error=get_error)

    def Runtime(self, log: Any) -> Played:
        def deserialize(plan: bytes) -> Played | None:
            if not self.takes_back_plans and not self.built:
                return None
            assert plan.startswith(b"plan")
            return self._engine(plan[4:])

        return Played(self, "Runtime", deserialize_cuda_engine=deserialize)

    def _config(self) -> Played:
        def limit(pool: int, size: int) -> None:
            assert self.flag_name("MemoryPoolType", pool) == "WORKSPACE"
            self.workspace = size

        def create_timing_cache(content: bytes) -> Played:
            self.timing.append(content)
            return Played(self, "ITimingCache", serialize=lambda: b"timed")

        def set_timing_cache(cache: Played, ignore_mismatch: bool) -> bool:
            assert not ignore_mismatch
            config._parts["get_timing_cache"] = lambda: cache
            return True

        config = Played(
            self,
            "IBuilderConfig",
            set_flag=lambda flag: self.flags.add(self.flag_name("BuilderFlag", flag)),
            clear_flag=lambda flag: self.cleared.add(self.flag_name("BuilderFlag", flag)),
            set_memory_pool_limit=limit,
            create_timing_cache=create_timing_cache,
            set_timing_cache=set_timing_cache,
        )
        return config

    def _engine(self, onnx: bytes) -> Played:
        import onnxruntime

        session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
        ports = {port.name: tuple(port.shape) for port in (*session.get_inputs(), *session.get_outputs())}
        order = list(ports)
        addresses: dict[str, int] = {}

        def run() -> bool:
            source = session.get_inputs()[0].name
            answers = session.run(None, {source: _array(addresses[source], ports[source]).copy()})
            for port, values in zip(session.get_outputs(), answers, strict=True):
                _array(addresses[port.name], ports[port.name])[...] = values
            if "profiler" in context._parts:
                for layer, time_ms in LAYERS.items():
                    context.profiler.report_layer_time(layer, time_ms)
            return True

        def by_list(bindings: list[int], stream: int) -> bool:
            addresses.update(zip(order, bindings, strict=True))
            return stream == STREAM and run()

        context = Played(
            self,
            "IExecutionContext",
            set_tensor_address=lambda name, address: addresses.update({name: address}),
            execute_async_v2=by_list,
            execute_async_v3=lambda stream: stream == STREAM and run(),
        )
        return Played(
            self,
            "ICudaEngine",
            create_execution_context=lambda: context,
            device_memory_size=ACTIVATIONS,
            device_memory_size_v2=ACTIVATIONS,
            num_bindings=len(order),
            get_binding_name=lambda place: order[place],
            get_binding_shape=lambda place: ports[order[place]],
            get_binding_dtype=lambda place: self.DataType.FLOAT,  # type: ignore[attr-defined]
            num_io_tensors=len(order),
            get_tensor_name=lambda place: order[place],
            get_tensor_shape=lambda name: ports[name],
            get_tensor_dtype=lambda name: self.DataType.FLOAT,  # type: ignore[attr-defined]
        )


STREAM = 77
ACTIVATIONS = 3_000_000
LAYERS = {"Conv_0 + Relu_1": 0.75, "Conv_2 || Conv_3": 0.25}  # what a profiler is told of


def _array(address: int, shape: tuple[int, ...]) -> np.ndarray:
    memory = (ctypes.c_float * int(np.prod(shape))).from_address(address)
    return np.ctypeslib.as_array(memory).reshape(shape)


class FakeDriver:
    """`libcuda`: memory of this process in place of a GPU's. Each function has the arguments of CUDA's own header."""

    def __init__(self, memory_bytes: int = 8 << 30, free_bytes: int = 1 << 30) -> None:
        self.memory_bytes, self.free_bytes = memory_bytes, free_bytes
        self.memory: dict[int, ctypes.Array[ctypes.c_byte]] = {}
        self.queue: list[Callable[[], object]] = []
        self.retained = 0

    def cuInit(self, flags: ctypes.c_uint) -> int:
        return 0

    def cuDeviceGet(self, device: Any, ordinal: ctypes.c_int) -> int:
        return 0

    def cuDevicePrimaryCtxRetain(self, context: Any, device: ctypes.c_int) -> int:
        context._obj.value = 5
        self.retained += 1
        return 0

    def cuDevicePrimaryCtxRelease_v2(self, device: ctypes.c_int) -> int:
        self.retained -= 1
        return 0

    def cuCtxSetCurrent(self, context: ctypes.c_void_p) -> int:
        return 0 if context.value == 5 else 201

    def cuStreamCreate(self, stream: Any, flags: ctypes.c_uint) -> int:
        stream._obj.value = STREAM
        return 0

    def cuStreamDestroy_v2(self, stream: ctypes.c_void_p) -> int:
        return 0

    def cuDeviceGetName(self, name: Any, length: ctypes.c_int, device: ctypes.c_int) -> int:
        name.value = b"Orin"
        return 0

    def cuDeviceGetAttribute(self, value: Any, number: ctypes.c_int, device: ctypes.c_int) -> int:
        value._obj.value = {75: 8, 76: 7}[number.value]
        return 0

    def cuDeviceTotalMem_v2(self, size: Any, device: ctypes.c_int) -> int:
        size._obj.value = self.memory_bytes
        return 0

    def cuMemAlloc_v2(self, address: Any, size: ctypes.c_size_t) -> int:
        if size.value > self.free_bytes:
            return 2
        memory = (ctypes.c_byte * size.value)()
        address._obj.value = ctypes.addressof(memory)
        self.memory[ctypes.addressof(memory)] = memory
        return 0

    def cuMemHostAlloc(self, address: Any, size: ctypes.c_size_t, flags: ctypes.c_uint) -> int:
        return self.cuMemAlloc_v2(address, size)

    def cuMemFree_v2(self, address: ctypes.c_uint64) -> int:
        del self.memory[address.value]
        return 0

    def cuMemFreeHost(self, address: ctypes.c_void_p) -> int:
        del self.memory[address.value or 0]
        return 0

    def cuMemcpyHtoDAsync_v2(self, target: Any, source: Any, size: ctypes.c_size_t, stream: Any) -> int:
        ctypes.memmove(target.value, source.value, size.value)
        return 0 if stream.value == STREAM else 400

    def cuMemcpyDtoHAsync_v2(self, target: Any, source: Any, size: ctypes.c_size_t, stream: Any) -> int:
        self.queue.append(lambda: ctypes.memmove(target.value, source.value, size.value))
        return 0 if stream.value == STREAM else 400

    def cuStreamSynchronize(self, stream: Any) -> int:
        for copy in self.queue:
            copy()
        self.queue.clear()
        return 0

    def cuGetErrorName(self, code: ctypes.c_int, name: Any) -> int:
        name._obj.value = {2: b"CUDA_ERROR_OUT_OF_MEMORY"}.get(code.value, b"CUDA_ERROR_UNKNOWN")
        return 0
