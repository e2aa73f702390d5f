"""What a machine is, as `python -m edgecv.ondevice probe` found it: raw facts, from which a device profile is made.

None, "" and () mean "not found", and `missing` says so in words.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1


@dataclass(frozen=True)
class FoundGpu:
    model: str
    compute_capability: str
    memory_mb: int | None = None  # its own; None: it shares that of the processor


@dataclass(frozen=True)
class FoundRuntime:
    target: str  # the word of the engine that uses it
    package: str
    version: str = ""


@dataclass(frozen=True)
class Machine:
    board: str
    vendor: str
    arch: str
    cpu: str  # the kinds of its cores, in the order in which they are numbered
    cores: int | None
    features: tuple[str, ...]  # instructions that runtimes choose kernels by, which all cores have
    memory_mb: int | None  # what the system has, which is a little less than what is built in
    system: str
    kernel: str
    runtimes: tuple[FoundRuntime, ...]
    sensors: tuple[str, ...]
    missing: tuple[str, ...]
    gpu: FoundGpu | None = None  # NVIDIA's
    power_mode: str | None = None  # of a Jetson
    power_modes: tuple[str, ...] = ()
    trtexec: str = ""  # where TensorRT's own tool lies
    glibc: str = ""
    python: str = ""
    emulated: bool | None = None
    taken_at: str = ""  # UTC, ISO 8601
    schema: int = SCHEMA
