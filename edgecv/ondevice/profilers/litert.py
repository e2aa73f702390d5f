"""The profiler in ai-edge-litert's own library, through its C interface, since no Python name leads to it.

It is that of the newer `CompiledModel`, which takes the same kernels as the interpreter that is timed. The interface
has changed between versions, and a wrong call crashes: it is used where it was tried, and nowhere else.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint64, c_void_p
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Callable, List, NamedTuple

import numpy as np

from edgecv.ondevice.profilers.protocol import WARM_UP

TRIED = ("2.3",)
CPU, WRITE = 1, 1
OPERATOR, IN_DELEGATE = 2, (4, 8)  # kinds of events


class Event(NamedTuple):
    name: str
    place: int  # of the operator in the file, or of a delegate's in its part of the network
    delegated: bool
    time_ms: float


class _Memory(ctypes.Structure):
    _fields_ = [(name, c_size_t) for name in ("total", "in_use", "footprint")]


class _Event(ctypes.Structure):
    _fields_ = [
        ("tag", c_char_p),
        ("kind", c_int),
        ("start_us", c_uint64),
        ("elapsed_us", c_uint64),
        ("memory_before", _Memory),
        ("memory_after", _Memory),
        ("place", c_uint64),
        ("subgraph", c_uint64),
        ("source", c_int),
    ]


def missing() -> str | None:
    """Why there is no profiler here."""
    if not find_spec("ai_edge_litert"):
        return "tflite-runtime has no profiler of operators in its package"
    installed = version("ai-edge-litert")
    if installed.rpartition(".")[0] in TRIED and _library().exists():
        return None
    return f"the profiler of ai-edge-litert was tried with {', '.join(TRIED)} alone, and this is {installed}"


def _library() -> Path:
    spec = find_spec("ai_edge_litert")
    return Path(str(spec and spec.origin)).with_name("libLiteRt.so")


def profile(model_file: Path, threads: int, inputs: List[np.ndarray], runs: int) -> List[List[Event]]:
    """What happened in each run, in order."""
    call = _caller(ctypes.CDLL(str(_library())))
    environment, model, compiled, profiler, signature = (c_void_p() for _ in range(5))
    call("LiteRtCreateEnvironment", c_int(0), None, byref(environment))
    call("LiteRtCreateModelFromFile", environment, str(model_file).encode(), byref(model))
    kept, options = _options(call, threads)
    call("LiteRtCreateCompiledModel", environment, model, options, byref(compiled))
    call("LiteRtCompiledModelGetProfiler", compiled, byref(profiler))
    call("LiteRtGetModelSignature", model, c_size_t(0), byref(signature))
    given, made = (_buffers(call, environment, compiled, signature, kind) for kind in ("Input", "Output"))
    noted = []
    for run in range(-WARM_UP, runs):
        _write(call, given[0], inputs[run % len(inputs)])
        call("LiteRtResetProfiler", profiler)
        call("LiteRtStartProfiler", profiler)
        call("LiteRtRunCompiledModel", compiled, c_size_t(0), c_size_t(len(given)), given, c_size_t(len(made)), made)
        call("LiteRtStopProfiler", profiler)
        if run >= 0:
            noted.append(_events(call, profiler))
    del kept
    return noted


def _caller(library: Any) -> Callable[..., Any]:
    def call(name: str, *arguments: Any, out: Any = None) -> Any:
        status = getattr(library, name)(*arguments, *([byref(out)] if out is not None else []))
        if status:
            raise RuntimeError(f"LiteRT's profiler: {name} gives status {status}")
        return out

    return call


def _options(call: Callable[..., Any], threads: int) -> Any:
    """Options, and what has to live as long as they do."""
    options = call("LiteRtCreateOptions", out=c_void_p())
    call("LiteRtSetOptionsHardwareAccelerators", options, c_int(CPU))
    kept: List[Any] = [ctypes.CFUNCTYPE(None, c_void_p)(lambda _: None)]
    for name, text in (("runtime_options_string", "enable_profiling = true"), ("xnnpack", f"num_threads = {threads}")):
        content = ctypes.create_string_buffer(f"{text}\n".encode())
        part = call("LiteRtCreateOpaqueOptions", name.encode(), content, kept[0], out=c_void_p())
        call("LiteRtAddOpaqueOptions", options, part)
        kept.append(content)
    return kept, options


def _buffers(call: Callable[..., Any], environment: Any, compiled: Any, signature: Any, kind: str) -> Any:
    """Memory for each input or output."""
    count = call(f"LiteRtGetNumSignature{kind}s", signature, out=c_size_t()).value
    made = (c_void_p * count)()
    for place in range(count):
        at = c_size_t(place)
        needs = call(f"LiteRtGetCompiledModel{kind}BufferRequirements", compiled, c_size_t(0), at, out=c_void_p())
        tensor = call(f"LiteRtGetSignature{kind}TensorByIndex", signature, at, out=c_void_p())
        shape = ctypes.create_string_buffer(1024)  # a structure of which no part matters here
        call("LiteRtGetRankedTensorType", tensor, shape)
        buffer = call("LiteRtCreateManagedTensorBufferFromRequirements", environment, shape, needs, out=c_void_p())
        made[place] = buffer.value
    return made


def _write(call: Callable[..., Any], buffer: int, values: np.ndarray) -> None:
    size = call("LiteRtGetTensorBufferSize", c_void_p(buffer), out=c_size_t()).value
    place = c_void_p()
    call("LiteRtLockTensorBuffer", c_void_p(buffer), byref(place), c_int(WRITE))
    ctypes.memmove(place, np.ascontiguousarray(values).ctypes.data, min(size, values.nbytes))
    call("LiteRtUnlockTensorBuffer", c_void_p(buffer))


def _events(call: Callable[..., Any], profiler: Any) -> List[Event]:
    count = call("LiteRtGetNumProfilerEvents", profiler, out=c_int())
    events = (_Event * count.value)()
    call("LiteRtGetProfilerEvents", profiler, count, ctypes.cast(events, POINTER(_Event)))
    return [
        Event(each.tag.decode(errors="replace"), each.place, each.kind != OPERATOR, each.elapsed_us / 1000)
        for each in events
        if each.kind in (OPERATOR, *IN_DELEGATE)
    ]
