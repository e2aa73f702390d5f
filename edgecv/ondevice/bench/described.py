"""The words of a measurement: what was measured, in what environment, and what the samples come to."""

from __future__ import annotations

import platform

import numpy as np

from edgecv.ondevice.bench.affinity import allowed
from edgecv.ondevice.bench.settings import Settings
from edgecv.ondevice.engines import Engine, EngineOptions
from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.statistics import early_stopping, interval, quantile
from edgecv.ondevice.stopwatch import Taken, Warmth
from edgecv.records.artifact import Artifact
from edgecv.records.measurement import Environment, Latency, MeasuredArtifact


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
        p50_ci95_ms=interval(samples, 0.5),
        p90_ci95_ms=interval(samples, 0.9),
        stopped=taken.stopped,
        clock_ns=taken.clock_ns,
        steady=warmth.steady,
        blocks=taken.blocks,
        p90_bound_ms=early_stopping(samples, 0.9) if settings.mode == "mlperf" else None,
        pace_fps=settings.pace_fps,
    )
