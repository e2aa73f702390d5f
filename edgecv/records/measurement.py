"""A measurement: latency samples and the circumstances they were taken in. Written once, never edited.

`None` means "could not be read", which is not the same as zero or "no".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Mapping

from edgecv.records.watched import Watched

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
    affinity: tuple[int, ...] = ()  # the cores that the process was kept on; empty: not told
    tuning: Mapping[str, Any] = field(default_factory=dict)  # what else the runtime was told, in its own words
    arena_mb: float | None = None  # the runtime's own working memory, where it tells
    power_mode: str | None = None  # of a Jetson
    clocks_fixed: bool | None = None  # no core could change its clock, as after `jetson_clocks`
    memory_limit_mb: float | None = None  # above which the process would have been ended


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
    clock_ns: float | None = None  # what reading the clock twice costs; it is part of every sample
    steady: bool | None = None  # whether the warm-up ended because the time was steady
    blocks: tuple[int, ...] = ()  # samples of each block, in order; between two blocks others may have had their turn
    p90_bound_ms: float | None = None  # mlperf: p90 lies below this with 99 % confidence (early stopping)
    pace_fps: float | None = None  # images came at this pace; None: each as soon as the last was done


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
    libraries: tuple[str, ...] = ()  # that decoded and resized the images, with their versions; empty: not told


@dataclass(frozen=True)
class Images:
    """What was fed, in turns."""

    source: str  # "samples": those of the artifact; otherwise the name of a folder
    count: int
    digest: str  # of the pixels that the network is given


@dataclass(frozen=True)
class Throughput:
    """Of several streams at once, each with an image at a time."""

    streams: int
    threads: int  # of all streams together
    images: int
    seconds: float
    images_per_s: float
    ci95: tuple[float, float] | None
    slices: tuple[float, ...]  # images per second of each slice of the time, from which the interval comes


@dataclass(frozen=True)
class Minute:
    p50_ms: float
    p90_ms: float | None
    count: int


@dataclass(frozen=True)
class Soak:
    """Latency over a long time. Where it is there, `latency` holds what the last minute was like."""

    minutes: tuple[Minute, ...]
    ratio: float | None  # p50 of the last minute over that of the first
    ratio_ci95: tuple[float, float] | None


@dataclass(frozen=True)
class Interleaved:
    """That others were measured in turns with this one, so that a drifting machine does not pick the winner."""

    digests: tuple[str, ...]  # of all artifacts, this one among them, in the order in which they were named
    blocks: int  # that this one took
    pairs: int = 0  # of blocks of one round: of the first artifact and of this one
    ratio: float | None = None  # of medians: this one over the first, middle of all pairs; None for the first
    ratio_ci95: tuple[float, float] | None = None


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
    mode: str = ""  # the plan of sampling; empty: made before modes were recorded
    images: Images | None = None
    throughput: Throughput | None = None
    soak: Soak | None = None
    interleaved: Interleaved | None = None
    watched: Watched | None = None  # the machine beside the run, moment by moment
    schema: int = SCHEMA
