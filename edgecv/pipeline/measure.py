"""The bench and evaluate stages: an artifact's latency on a device, and its accuracy against the float network."""

import dataclasses
import os
import platform
from pathlib import Path
from typing import Any

from edgecv import bench, documents, evaluation
from edgecv.errors import Unavailable
from edgecv.hosts import ssh
from edgecv.hosts.board.facts import OPENCV
from edgecv.ondevice import probes
from edgecv.ondevice.engines import check_hint, engine_for
from edgecv.ondevice.engines.damage import check_files
from edgecv.pipeline.keys import code_version, key, tool_versions
from edgecv.pipeline.runfolder import publish_file
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile, streams_for, threads_for
from edgecv.records.evaluation import Evaluation
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.measurement import SUFFIX, Measurement
from edgecv.records.recipe import Accuracy, Bench
from edgecv.records.samples import Samples

_RUNTIMES = ("ai-edge-litert", "tflite-runtime", "onnxruntime", "openvino", "numpy", "pillow", *OPENCV)


def measure(
    artifact: Artifact, profile: DeviceProfile, options: Bench, workshop: Workshop, place: Path, *, again: bool
) -> Measurement:
    """The measurement of an artifact at `place`: the stored one, or a new one. A failed one is never stored.

    Each is taken alone, not in turns with others: it is known by its artifact, so that a build that is added or changed
    leaves the other measurements as they are. `edgecv bench A B` compares in turns.
    """
    check_files(artifact)
    threads = threads_for(profile, artifact.manifest.target, options.threads)
    streams = streams_for(profile, artifact.manifest.target)
    measurement_key = key(
        artifact=artifact.manifest.digests["artifact"],
        device=profile.name,
        threads=threads,
        streams=streams,
        mode=options.mode,
        code=code_version("ondevice", "records", "bench"),
        **_machine(profile, artifact),
    )
    with workshop.store.claim("bench", measurement_key, again=again) as claim:
        if claim.finished:
            publish_file(claim.finished / "measurement.json", place)
            stored = documents.read_measurement(place)
            hint = "" if stored.verdict == "VALID" else "; --remeasure takes it again"
            workshop.say(f"bench     {place.name.removesuffix(SUFFIX)}: stored{hint}")
            return stored
        taken = claim.folder / "measurement.json"
        job = bench.Job(
            artifact, taken, device=profile, mode=options.mode, threads=threads, streams=streams, log=workshop.log
        )
        measurement = bench.measure(job, workshop.progress)
        publish_file(taken, place)
        if measurement.verdict != "FAILED":
            claim.finish(f"{artifact.manifest.name}: {measurement.verdict}")
        return measurement


def evaluate(
    artifact: Artifact,
    samples: Samples,
    accuracy: Accuracy,
    workshop: Workshop,
    place: Path,
    *,
    device: DeviceProfile | None,
    split: str,
    float_predictions: Path | None,
    limit: int | None = None,
    threads: int = 1,
    hint: str = "",
) -> Evaluation:
    """The evaluation of an artifact at `place`: the stored one, or a new one."""
    if not (device and device.connection):
        engine_for(artifact)
    check_hint(artifact, hint)
    check_files(artifact)
    evaluation_key = key(
        artifact=artifact.manifest.digests["artifact"],
        data=samples.digest,
        device=device.name if device else evaluation.HERE,
        split=split,
        limit=limit,
        hint=hint,
        accuracy=dataclasses.asdict(accuracy),
        float_predictions=digest_of_file(float_predictions) if float_predictions else None,
        code=code_version("ondevice", "records", "datasets", "evaluation", "metrics"),
        scorer=tool_versions("pycocotools"),
        **_maker(device, artifact),
    )
    with workshop.store.claim("evaluate", evaluation_key) as claim:
        if claim.finished:
            publish_file(claim.finished / "evaluation.json", place)
            return documents.read_evaluation(place)
        result = evaluation.evaluate(
            artifact.folder,
            samples,
            accuracy=accuracy,
            split=split,
            device=device,
            work=claim.folder,
            float_predictions=float_predictions,
            limit=limit,
            threads=threads,
            hint=hint,
            log=workshop.log,
            on_progress=workshop.progress,
        )
        for scratch in claim.folder.iterdir():
            scratch.unlink()
        write_json(claim.folder / "evaluation.json", documents.to_plain(result))
        publish_file(claim.folder / "evaluation.json", place)
        claim.finish(f"{artifact.manifest.name}: {result.metric} {result.value:.4f}")
        return result


def _machine(profile: DeviceProfile, artifact: Artifact) -> dict[str, Any]:
    """What a latency depends on beside the artifact: asked of a board, or looked up here."""
    if profile.connection:
        facts = _facts(profile, artifact)
        return {"cores": facts.cores, "machine": facts.machine, "tools": facts.packages}
    here = [*platform.uname(), os.cpu_count()]
    return {"cores": probes.cores(), "machine": here, "tools": tool_versions(*_RUNTIMES)}


def _maker(profile: DeviceProfile | None, artifact: Artifact) -> dict[str, Any]:
    """What predictions depend on beside the artifact."""
    if profile and profile.connection:
        facts = _facts(profile, artifact)
        return {"machine": facts.arch, "tools": facts.packages}
    return {"machine": platform.machine(), "tools": tool_versions(*_RUNTIMES)}


def _facts(profile: DeviceProfile, artifact: Artifact) -> ssh.Facts:
    facts = ssh.ask(profile)
    if lacking := facts.lacking(profile, artifact.manifest.target):
        raise Unavailable(f"{profile.name}: {lacking}")
    return facts
