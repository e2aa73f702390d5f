"""Measure an artifact on this machine, in a process that has done nothing else.

The latency is that of `invoke`: one image, already the model's own input, through the runtime until its outputs have
been copied out. The artifact's sample images take turns. End to end starts from JPEG files of these images, as a camera
of the network's own size would hand them out; decoding and resizing larger photos takes longer.

The cold start ends with the first outputs, for an image that is made up: reading images is no part of it. The peak of
memory is taken at the same moment, before the sample images fill the memory of the measurement itself.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import platform
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import List, NamedTuple, get_args

import numpy as np
from PIL import Image

from edgecv.errors import InputError, MeasurementNotValid
from edgecv.ondevice.child import progress
from edgecv.ondevice.engines import HINTS, Engine, EngineOptions, infer, open_engine
from edgecv.ondevice.images import samples_of
from edgecv.ondevice.predictor import Predicted, Predictor
from edgecv.ondevice.probes import Circumstances, cores, peak_memory_mb, process_age_s, read
from edgecv.ondevice.statistics import interval, quantile
from edgecv.ondevice.stopwatch import PLANS, Plan, Taken, sample, warm_up
from edgecv.ondevice.tasks import TASKS
from edgecv.ondevice.verdict import judge
from edgecv.records.artifact import Artifact, Manifest, open_sealed
from edgecv.records.files import write_json
from edgecv.records.measurement import (
    EndToEnd,
    Environment,
    Latency,
    MeasuredArtifact,
    MeasuredDevice,
    Measurement,
    Part,
)
from edgecv.records.recipe import Mode

JPEG_QUALITY = 95
FEW = 4  # images that show whether the outputs depend on the image at all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, help="an artifact folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the measurement is written")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the runtime")
    parser.add_argument("--hint", choices=HINTS, default="", help="let OpenVINO compute floats in this")
    parser.add_argument("--mode", choices=get_args(Mode), default="standard")
    parser.add_argument("--profile", default="local", metavar="NAME", help="what the machine is called in the record")


def run(arguments: argparse.Namespace) -> None:
    available = cores()
    if not 1 <= arguments.threads <= available:
        raise InputError(f"--threads: expected 1 to {available}, the cores of this machine, got {arguments.threads}")
    artifact = open_sealed(arguments.artifact)
    options = EngineOptions(arguments.threads, arguments.hint)
    measurement = measure(artifact, arguments.profile, PLANS[arguments.mode], options)
    write_json(arguments.out, dataclasses.asdict(measurement))
    if measurement.verdict != "VALID":
        raise MeasurementNotValid(f"{arguments.out}: {measurement.verdict}: {'; '.join(measurement.reasons)}")


class Start(NamedTuple):
    """What it takes to get the first outputs."""

    cold_ms: float | None
    first_invoke_ms: float
    peak_memory_mb: float | None


def measure(artifact: Artifact, profile: str, plan: Plan, options: EngineOptions) -> Measurement:
    """One measurement of an artifact, by a plan."""
    manifest = artifact.manifest
    engine = open_engine(artifact, options)
    start = _start(engine, manifest)
    images = samples_of(artifact)
    machine = read()
    failed = Measurement(
        artifact=measured(artifact),
        device=MeasuredDevice(profile, machine.machine),
        verdict="FAILED",
        environment=_environment(engine, options, machine),
        unread=machine.unread,
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    fault = "the processor is emulated: its time is no board's time" if machine.emulated else _fault(engine, images)
    if fault:
        return dataclasses.replace(failed, reasons=(fault,))
    encoded = [engine.encode(image[None]) for image in images]

    def step(run: int) -> None:
        engine.invoke(encoded[run % len(encoded)])

    progress("warming up")
    warmup = warm_up(step, plan)
    before = read()
    taken = sample(step, plan, progress)
    after = read()
    judgement = judge(taken, before, after, options.threads)
    return dataclasses.replace(
        failed,
        verdict=judgement.verdict,
        environment=dataclasses.replace(
            _environment(engine, options, after), throttled=judgement.throttled, steal=judgement.steal
        ),
        latency=_latency(taken, warmup),
        end_to_end=_end_to_end(Predictor(manifest, engine, TASKS[manifest.task]), images, plan),
        cold_start_ms=start.cold_ms,
        first_invoke_ms=start.first_invoke_ms,
        peak_memory_mb=start.peak_memory_mb,
        reasons=judgement.reasons,
        unread=judgement.unread,
    )


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
    outputs = infer(engine, images[:FEW])
    for name, values in outputs.items():
        if not np.isfinite(values).all():
            return f"the output '{name}' is not finite"
    if all((values == values[0]).all() for values in outputs.values()):
        return "the outputs are the same for every image"
    return None


def measured(artifact: Artifact) -> MeasuredArtifact:
    """What a measurement calls an artifact."""
    manifest = artifact.manifest
    return MeasuredArtifact(
        manifest.digests["artifact"], manifest.name, manifest.target, manifest.precision, artifact.model_bytes
    )


def _environment(engine: Engine, options: EngineOptions, machine: Circumstances) -> Environment:
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
    )


def _latency(taken: Taken, warmup: int) -> Latency:
    samples = taken.samples_ms
    return Latency(
        samples_ms=tuple(samples.tolist()),
        warmup=warmup,
        p50_ms=float(np.median(samples)),
        p90_ms=quantile(samples, 0.9),
        p95_ms=quantile(samples, 0.95),
        p99_ms=quantile(samples, 0.99),
        p50_ci95_ms=interval(samples, 0.5),
        p90_ci95_ms=interval(samples, 0.9),
        stopped=taken.stopped,
    )


def _end_to_end(predictor: Predictor, images: np.ndarray, plan: Plan) -> EndToEnd:
    files = [_jpeg(image, predictor.manifest.preprocess.color) for image in images]
    taken: List[Predicted] = []
    start = time.perf_counter()
    while len(taken) < plan.end_to_end_runs and time.perf_counter() - start < plan.end_to_end_seconds:
        # One at a time, so that nothing is prepared ahead while the network is at work.
        taken.extend(predictor.predict_all([files[len(taken) % len(files)]]))
    decode, preprocess, invoke, postprocess = (
        np.array([getattr(one, f"{part}_ms") for one in taken])
        for part in ("decode", "preprocess", "invoke", "postprocess")
    )
    total = decode + preprocess + invoke + postprocess
    return EndToEnd(_part(decode), _part(preprocess), _part(invoke), _part(postprocess), _part(total))


def _jpeg(pixels: np.ndarray, color: str) -> bytes:
    if color == "bgr":
        pixels = pixels[..., ::-1]
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0] if color == "gray" else pixels).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _part(samples_ms: np.ndarray) -> Part:
    return Part(float(np.median(samples_ms)), tuple(samples_ms.tolist()))
