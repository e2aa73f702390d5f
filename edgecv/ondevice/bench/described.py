"""The words of a measurement: what was measured, in what environment, and what the samples come to."""

from __future__ import annotations

import platform

import numpy as np

from edgecv.ondevice.bench.affinity import allowed
from edgecv.ondevice.bench.settings import Settings
from edgecv.ondevice.engines import Engine, EngineOptions
from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.statistics import Interval, early_stopping, interval, quantile
from edgecv.ondevice.stopwatch import Taken, Warmth
from edgecv.records.artifact import Artifact
from edgecv.records.measurement import Environment, Latency, MeasuredArtifact

ANOTHER_PROCESS = 0.005  # of a value: how far it may lie off in the next process, where memory is laid out otherwise


def measured(artifact: Artifact) -> MeasuredArtifact:
    """What a measurement calls an artifact."""
    manifest, size = artifact.manifest, artifact.model_bytes
    return MeasuredArtifact(manifest.digests["artifact"], manifest.name, manifest.target, manifest.precision, size)


def environment(engine: Engine, options: EngineOptions, machine: Circumstances) -> Environment:
    return Environment(
        runtime=engine.runtime,
        runtime_precision=engine.runtime_precision,
        threads=options.threads,
        hint=options.hint,
        kernels=engine.kernels,
        kernel=machine.kernel,
        python=platform.python_version(),
        governor=machine.governor,
        frequency_mhz=machine.frequency_mhz,
        temperature_c=machine.temperature_c,
        load=machine.load,
        affinity=allowed(),
        tuning=engine.tuning,
        arena_mb=engine.arena_mb,
        power_mode=machine.power_mode,
        clocks_fixed=machine.clocks_fixed,
    )


def latency(taken: Taken, warmth: Warmth, settings: Settings) -> Latency:
    samples = taken.samples_ms
    return Latency(
        samples_ms=tuple(samples.tolist()),
        warmup=warmth.runs,
        p50_ms=float(np.median(samples)),
        p90_ms=quantile(samples, 0.9),
        p95_ms=quantile(samples, 0.95),
        p99_ms=quantile(samples, 0.99),
        p50_ci95_ms=_known_to(samples, 0.5),
        p90_ci95_ms=_known_to(samples, 0.9),
        stopped=taken.stopped,
        clock_ns=taken.clock_ns,
        steady=warmth.steady,
        blocks=taken.blocks,
        p90_bound_ms=early_stopping(samples, 0.9) if settings.mode == "mlperf" else None,
        pace_fps=settings.pace_fps,
    )


def _known_to(samples: np.ndarray, share: float) -> Interval | None:
    """The interval of a quantile, and never narrower than the difference between processes, which no sample shows."""
    bounds = interval(samples, share)
    if bounds is None:
        return None
    value = float(np.quantile(samples, share))
    return min(bounds[0], value * (1 - ANOTHER_PROCESS)), max(bounds[1], value * (1 + ANOTHER_PROCESS))
