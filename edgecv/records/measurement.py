"""A measurement: latency samples and the circumstances they were taken in. Written once, never edited.

`None` means "could not be read", which is not the same as zero or "no".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Mapping

SCHEMA = 1
SUFFIX = ".measurement.json"

Verdict = Literal["VALID", "UNSTABLE", "THROTTLED", "CONTENDED", "FAILED"]
Stopped = Literal["interval", "max_samples", "max_seconds"]


@dataclass(frozen=True)
class MeasuredArtifact:
    digest: str
    name: str
    target: str
    precision: str
    size_bytes: int


@dataclass(frozen=True)
class MeasuredDevice:
    profile: str
    probed: Mapping[str, Any] = field(default_factory=dict)  # model, arch, emulated, ...


@dataclass(frozen=True)
class Environment:
    runtime: str  # package and version
    runtime_precision: str  # what the runtime computed in, which is not always what the file holds
    threads: int
    hint: str = ""  # the precision that the runtime was told to compute floats in; empty: float32
    kernels: str | None = None
    kernel: str | None = None  # of the operating system
    python: str | None = None
    governor: str | None = None
    frequency_mhz: tuple[float, ...] = ()
    temperature_c: tuple[float, ...] = ()
    throttled: bool | None = None
    load: tuple[float, ...] = ()
    steal: float | None = None


@dataclass(frozen=True)
class Latency:
    """Of `invoke` alone. A percentile or an interval that the samples cannot support is None."""

    samples_ms: tuple[float, ...]
    warmup: int
    p50_ms: float
    p90_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    p50_ci95_ms: tuple[float, float] | None
    p90_ci95_ms: tuple[float, float] | None
    stopped: Stopped


@dataclass(frozen=True)
class Part:
    """One part of the way from an image file to a prediction."""

    p50_ms: float
    samples_ms: tuple[float, ...]


@dataclass(frozen=True)
class EndToEnd:
    decode: Part
    preprocess: Part
    invoke: Part
    postprocess: Part
    total: Part


@dataclass(frozen=True)
class Measurement:
    artifact: MeasuredArtifact
    device: MeasuredDevice
    verdict: Verdict
    environment: Environment | None = None
    latency: Latency | None = None  # None when the verdict is FAILED
    end_to_end: EndToEnd | None = None
    cold_start_ms: float | None = None  # process start to first result
    first_invoke_ms: float | None = None
    peak_memory_mb: float | None = None
    energy_mj: float | None = None
    reasons: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # what the verdict does not rest on
    taken_at: str = ""  # UTC, ISO 8601
    schema: int = SCHEMA
