"""One measurement of an artifact: the straight path from its file to its record."""

from __future__ import annotations

import dataclasses
import os
import time
from datetime import datetime, timezone
from typing import NamedTuple, Tuple

import numpy as np

from edgecv.ondevice.bench.described import environment, latency, measured
from edgecv.ondevice.bench.end_to_end import end_to_end
from edgecv.ondevice.bench.pace import Pace
from edgecv.ondevice.bench.pictures import FEWEST, pictures_of
from edgecv.ondevice.bench.settings import Settings
from edgecv.ondevice.bench.soak import soaked
from edgecv.ondevice.bench.throughput import SECONDS, throughput
from edgecv.ondevice.bench.turns import MORE, InTurns, roomy
from edgecv.ondevice.child import ask, progress
from edgecv.ondevice.engines import Engine, EngineOptions, infer, open_engine, open_engines
from edgecv.ondevice.predictor import Predictor
from edgecv.ondevice.probes import Circumstances, Sampler, peak_memory_mb, period, process_age_s, read
from edgecv.ondevice.profilers import precision_that_ran
from edgecv.ondevice.stopwatch import ALONE, Plan, Step, sample, warm_up
from edgecv.ondevice.tasks import TASKS
from edgecv.ondevice.verdict import Judgement, judge
from edgecv.records.artifact import Artifact, Manifest
from edgecv.records.measurement import Latency, MeasuredDevice, Measurement, Soak, Throughput
from edgecv.records.watched import Watched

UNSURE = 0.05  # half of the interval of a throughput that may be quoted, as a share of it
OPENING = "opening the model"
EMULATED = "the processor is emulated: its time is no board's time"


def measure(
    artifact: Artifact,
    plan: Plan,
    options: EngineOptions,
    settings: Settings = Settings(),  # noqa: B008 - frozen
) -> Measurement:
    """Measure an artifact by a plan."""
    manifest = artifact.manifest
    progress(OPENING)
    engine = open_engine(artifact, options)
    start = _start(engine, manifest)
    pictures = pictures_of(artifact, settings.images)
    machine = read()
    failed = Measurement(
        artifact=measured(artifact),
        device=MeasuredDevice(settings.profile, machine.machine),
        verdict="FAILED",
        environment=environment(engine, options, machine),
        unread=machine.unread,
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        mode=settings.mode,
        images=pictures.told,
    )
    fault = EMULATED if machine.emulated else _fault(engine, pictures.pixels)
    if fault:
        return dataclasses.replace(failed, reasons=(fault,))
    encoded = [engine.encode(image[None]) for image in pictures.pixels]

    def step(run: int) -> None:
        engine.invoke(encoded[run % len(encoded)])

    timed = _timed(step, plan, options.threads, settings)
    way = end_to_end(Predictor(manifest, engine, TASKS[manifest.task]), pictures.files, plan)
    engine.close()
    reached = _throughput(artifact, options, settings, pictures.pixels) if settings.streams else None
    verdict, reasons = timed.judgement.verdict, timed.judgement.reasons
    doubt = _doubt(reached)
    return dataclasses.replace(
        failed,
        verdict="UNSTABLE" if doubt and verdict == "VALID" else verdict,
        environment=dataclasses.replace(
            environment(engine, options, timed.after),
            throttled=timed.judgement.throttled,
            steal=timed.judgement.steal,
            runtime_precision=precision_that_ran(engine, artifact, options, pictures.pixels),
        ),
        latency=timed.latency,
        end_to_end=way,
        cold_start_ms=start.cold_ms,
        first_invoke_ms=start.first_invoke_ms,
        peak_memory_mb=start.peak_memory_mb,
        reasons=reasons + doubt,
        unread=timed.judgement.unread,
        throughput=reached,
        soak=timed.soak,
        watched=timed.watched,
    )


class Start(NamedTuple):
    """What it takes to get the first outputs."""

    cold_ms: float | None
    first_invoke_ms: float
    peak_memory_mb: float | None


def _start(engine: Engine, manifest: Manifest) -> Start:
    made_up = np.zeros((1, *manifest.preprocess.size, manifest.preprocess.channels), np.uint8)
    encoded = engine.encode(made_up)
    before = time.perf_counter()
    raw = engine.invoke(encoded)
    first_invoke_ms = (time.perf_counter() - before) * 1000
    engine.decode(raw)
    age_s = process_age_s()
    return Start(None if age_s is None else age_s * 1000, first_invoke_ms, peak_memory_mb())


def _fault(engine: Engine, images: np.ndarray) -> str | None:
    """Why the outputs cannot be those of a network at work, in which case its speed means nothing."""
    outputs = infer(engine, images[:FEWEST])
    for name, values in outputs.items():
        if not np.isfinite(values).all():
            return f"the output '{name}' is not finite"
    if all((values == values[0]).all() for values in outputs.values()):
        return "the outputs are the same for every image"
    return None


class _Timed(NamedTuple):
    latency: Latency
    judgement: Judgement
    soak: Soak | None
    watched: Watched
    after: Circumstances


def _timed(step: Step, plan: Plan, threads: int, settings: Settings) -> _Timed:
    progress("warming up")
    pace = Pace(settings.pace_fps)
    plan = pace.stretched(roomy(plan) if settings.in_turns else plan)
    warmth = warm_up(step, plan)
    if settings.in_turns:  # until all the others are warm, too
        ask(MORE)
        step(0)
    soak = None
    before_each = pace.wait if settings.pace_fps else None
    with Sampler(os.getpid(), period_s=period(plan.min_seconds)) as sampler:
        turns = InTurns(sampler)
        before = read()
        if settings.soak_minutes:
            taken, judged, soak = soaked(step, plan, settings.soak_minutes, progress, before_each)
        else:
            taken = judged = sample(step, plan, progress, turns if settings.in_turns else ALONE, before_each)
        after = turns.without_waiting(read())
    watched = sampler.watched()
    awake = dataclasses.replace(after, at_s=after.at_s - pace.idle_s)  # none of the time was for work
    judgement = judge(judged, before, awake, threads, watched, warmth.steady)
    return _Timed(latency(taken, warmth, settings), judgement, soak, watched, after)


def _throughput(artifact: Artifact, options: EngineOptions, settings: Settings, images: np.ndarray) -> Throughput:
    progress(f"throughput of {settings.streams} streams")
    engines = open_engines(artifact, options, settings.streams)
    encoded = [engines[0].encode(image[None]) for image in images]
    reached = throughput(engines, options.threads * len(engines), encoded, SECONDS[settings.mode])
    for engine in engines:
        engine.close()
    return reached


def _doubt(reached: Throughput | None) -> Tuple[str, ...]:
    """Why a throughput is not to be quoted."""
    if reached is None:
        return ()
    if reached.ci95 is None:
        return (f"no image was done in {reached.seconds:.0f} s of throughput",)
    unsure = (reached.ci95[1] - reached.ci95[0]) / 2 / reached.images_per_s
    return (f"the throughput is known to ±{unsure:.0%} only",) if unsure > UNSURE else ()
