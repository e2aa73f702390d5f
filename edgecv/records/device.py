"""A device profile: described hardware. Facts are data; no code asks for a board by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Mapping

from edgecv.records.recipe import Precision


@dataclass(frozen=True)
class Cpu:
    model: str
    cores: int
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gpu:
    model: str
    compute_capability: str  # NVIDIA's number for what a GPU can do, such as "8.7"
    memory_mb: int | None = None  # its own; None: it shares that of the processor


@dataclass(frozen=True)
class Runtime:
    """One engine on that device: the package that provides it and what it can run there."""

    package: str
    precisions: tuple[Precision, ...]
    versions: str = ""  # a version range, as pip writes it
    threads: int | None = None
    streams: int | None = None  # inferences at once that its throughput is measured with; None: it is not measured
    lacks: Mapping[Precision, str] = field(default_factory=dict)  # what it cannot run: why, as "its GPU has no int8"


@dataclass(frozen=True)
class Connection:
    ssh: str  # a name from the user's own ssh configuration
    python: str = "python3"  # on the board; a path, where its packages are in an environment of their own


@dataclass(frozen=True)
class DeviceProfile:
    name: str  # from the file's name, never from its text
    summary: str
    vendor: str
    arch: Literal["x86_64", "aarch64", "armv7l"]
    cpu: Cpu
    memory_mb: int
    runtimes: Mapping[str, Runtime]  # keyed by target
    gpu: Gpu | None = None  # one that a runtime here uses
    weights: Literal["per_channel", "per_tensor"] = "per_channel"
    power_modes: tuple[str, ...] = ()  # of a Jetson, as nvpmodel calls them; a measurement says which was set
    sensors: tuple[str, ...] = ()
    connection: Connection | None = None  # None: this machine
    sources: tuple[str, ...] = ()
    verified: str = ""  # what was run where; empty: unverified on target


def threads_for(profile: DeviceProfile, target: str, asked: int | None) -> int:
    """Threads a measurement uses: what was asked for, or what the profile recommends, or one."""
    runtime = profile.runtimes.get(target)
    return asked or (runtime.threads if runtime and runtime.threads else 1)


def streams_for(profile: DeviceProfile, target: str) -> int:
    """Streams that the profile wants the throughput of; 0 where it wants none."""
    runtime = profile.runtimes.get(target)
    return (runtime.streams if runtime else None) or 0
