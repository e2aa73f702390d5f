"""Times that trtexec exported on a board become a measurement, and its profile one of layers.

What is timed is what the TensorRT engine times: one inference with the copies to the GPU and back. What trtexec feeds
are random numbers, and nobody looks at what comes out, so the verdict does not rest on the outputs.
"""

import dataclasses
from pathlib import Path

import numpy as np

from edgecv.bench.board import Board, read_board
from edgecv.bench.layers import summarise
from edgecv.bench.trtexec import Times, read_profile, read_times
from edgecv.documents.versions import in_range
from edgecv.errors import InputError
from edgecv.hosts.trtexec import PROFILE, TIMES
from edgecv.ondevice.bench import Settings, measured
from edgecv.ondevice.bench.described import latency
from edgecv.ondevice.statistics import half_width
from edgecv.ondevice.stopwatch import TARGET, WATCHED, Taken, Warmth
from edgecv.ondevice.verdict import judge
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.layers import Layer, Layers
from edgecv.records.measurement import Environment, Images, MeasuredDevice, Measurement

TOOL, PROFILER = "trtexec", "profiler of trtexec"
IMAGES = Images("random numbers of trtexec", 1, "")


def measurement(artifact: Artifact, profile: DeviceProfile, results: Path) -> Measurement:
    """The measurement that a folder of `trtexec.sh` holds, or a file of times alone."""
    folder, file = (results, results / TIMES) if results.is_dir() else (results.parent, results)
    times = read_times(_content(file), str(file))
    taken = _taken(times)
    board = read_board(folder, profile.arch, taken.seconds)
    _require_same(artifact, profile, board, folder)
    # The clocks of the cores were noted when nothing ran any more, so they tell nothing of the time in between.
    before, after = (dataclasses.replace(each, frequency_mhz=()) for each in (board.before, board.after))
    judgement = judge(taken, before, after, 1, board.watched)
    unknown = ("outputs",) if board.model else ("outputs", "which file was timed")
    told = latency(taken, Warmth(times.warm_up, 0.0, steady=True), Settings())
    return Measurement(
        artifact=measured(artifact),
        device=MeasuredDevice(profile.name, board.before.machine if board.before.model or board.before.cpu else {}),
        verdict=judgement.verdict,
        environment=dataclasses.replace(
            _environment(artifact, board), throttled=judgement.throttled, steal=judgement.steal
        ),
        latency=dataclasses.replace(told, clock_ns=None, steady=None),
        reasons=judgement.reasons,
        unread=(*judgement.unread, *unknown),
        taken_at=board.taken_at,
        mode=TOOL,
        images=IMAGES,
        watched=board.watched,
    )


def layers(taken: Measurement, results: Path) -> Layers:
    """The profile beside the times; what a layer computes in is told by trtexec elsewhere, in layers.json."""
    file = (results if results.is_dir() else results.parent) / PROFILE
    found = read_profile(_content(file), str(file))
    environment = taken.environment
    assert environment
    medians = all(layer.median_ms is not None for layer in found)
    untold = ("what a layer computes in", *([] if medians else ["medians: this trtexec tells averages"]))
    profile = Layers(
        taken.artifact,
        taken.device,
        environment.runtime,
        environment.runtime_precision,
        None,
        environment.kernels,
        1,
        "",
        PROFILER,
        0,
        tuple(Layer(each.name, "", None, None, each.median_ms, each.share) for each in found),
        total_ms=sum(each.median_ms or 0 for each in found) if medians else None,
        untold=untold,
        taken_at=taken.taken_at,
    )
    return dataclasses.replace(profile, summary=summarise(profile))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from error


def _require_same(artifact: Artifact, profile: DeviceProfile, board: Board, folder: Path) -> None:
    """Refuse times of another file, and of another device than the profile describes."""
    manifest = artifact.manifest
    if board.model and board.model != manifest.files.get(manifest.model):
        raise InputError(
            f"{folder}: these are times of another file than {artifact.model_file}; run its own trtexec.sh"
        )
    if board.before.emulated:
        raise InputError(f"{folder}: noted on a machine that is not {profile.arch}, or on an emulated one")
    runtime, gpu = profile.runtimes.get(manifest.target), profile.gpu
    if runtime is None:
        raise InputError(
            f"{profile.name}: has no runtime for '{manifest.target}'; name the board of trtexec.sh with --device"
        )
    range_ = runtime.versions
    if board.version and not in_range(board.version, range_):
        raise InputError(f"{folder}: taken with TensorRT {board.version}, but {profile.name} has {range_}")
    if board.compute_capability and gpu and board.compute_capability != gpu.compute_capability:
        raise InputError(
            f"{folder}: taken on {board.gpu or 'a GPU'} with compute capability {board.compute_capability}, "
            f"but that of {profile.name} has {gpu.compute_capability}"
        )


def _taken(times: Times) -> Taken:
    samples = np.array(times.latency_ms)
    widths = [half_width(samples, share) for share in WATCHED]
    certain = all(width is not None and width <= TARGET for width in widths)
    return Taken(samples, samples.sum() / 1000, "interval" if certain else "max_seconds", (len(samples),), 0.0)


def _environment(artifact: Artifact, board: Board) -> Environment:
    before, after = board.before, board.after
    precision = artifact.manifest.precision
    if precision == "int8":  # of the rest: what the commands allow before 11, and what the file's types say since
        precision = "int8+float32" if board.version.startswith("11.") else "int8+float16"
    gpu = [board.gpu, f"compute capability {board.compute_capability}" if board.compute_capability else ""]
    return Environment(
        runtime=f"{TOOL} {board.version}".rstrip(),
        runtime_precision=precision,
        threads=1,
        kernels=", ".join(filter(None, gpu)) or None,
        kernel=before.kernel or None,
        governor=before.governor,
        frequency_mhz=before.frequency_mhz,
        temperature_c=after.temperature_c,
        load=before.load,
        power_mode=after.power_mode,
        clocks_fixed=after.clocks_fixed,
    )
