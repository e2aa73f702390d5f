"""Where the time of an inference goes, layer by layer, as the runtime's own profiler tells it.

A profile is a pass of its own: noting the times takes time, so it says which layers are slow and what they compute in,
never how fast a network is. `None` means that the runtime does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgecv.records.measurement import MeasuredArtifact, MeasuredDevice

SCHEMA = 1
SUFFIX = ".layers.json"


@dataclass(frozen=True)
class Layer:
    """One thing that the runtime carries out, in the order in which it does."""

    name: str
    type: str
    kernel: str | None
    precision: str | None  # what it computes in, not what the file holds
    p50_ms: float | None  # of whole microseconds: runtimes count no finer
    share: float | None  # of the time of all layers: a fraction
    network: tuple[str, ...] = ()  # what the file calls the layers that are done in this one


@dataclass(frozen=True)
class Summary:
    """Shares of the time, fractions that add up to 1; None where the runtime tells no times."""

    integer_share: float | None
    float_share: float | None
    untold_share: float | None
    float_layers: tuple[str, ...] = ()  # of an artifact of integers
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layers:
    artifact: MeasuredArtifact
    device: MeasuredDevice
    runtime: str
    runtime_precision: str  # what the engine says of itself
    computed_in: str | None  # what the layers with weights say, commonest first
    kernels: str | None
    threads: int
    hint: str
    profiler: str | None  # what told the times
    runs: int
    layers: tuple[Layer, ...]
    total_ms: float | None = None  # the sum of the layers' medians
    arena_mb: float | None = None  # what the runtime reserved for intermediate results
    untold: tuple[str, ...] = ()  # what the runtime does not tell, in sentences
    summary: Summary | None = None
    taken_at: str = ""  # UTC, ISO 8601
    schema: int = SCHEMA


def in_integers(precision: str | None) -> bool | None:
    """Whether a precision is one of integers; None for one that is not known."""
    return None if precision is None else precision.startswith(("int", "uint"))
