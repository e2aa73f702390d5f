"""The build and parity stages: a network becomes artifacts that are proven to be still that network.

The network is exported once and all builds share it. TensorFlow works in one child process, which exports and makes the
TFLite files; every other target builds in a child of its own. No artifact is stored before its parity is proven.
"""

import dataclasses
import io
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgecv import parity
from edgecv.hosts import local
from edgecv.pipeline.keys import code_version, key, tool_versions
from edgecv.pipeline.splits import Splits
from edgecv.pipeline.store import Claim
from edgecv.pipeline.train import Trained
from edgecv.pipeline.workshop import Workshop
from edgecv.quantization import calibration
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.files import digest_of, write_json, write_whole
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Build, Recipe, Task
from edgecv.records.samples import Samples
from edgecv.targets import TARGETS, Weights

REFERENCE_IMAGES = 32  # for parity, and other ones than those that calibrate
LANES = 2  # target toolchains at work side by side: more would only share the same cores and memory

_CODE = ("targets", "parity", "quantization", "ondevice", "records", "training/digest.py")
_TOOLS = ("tensorflow", "tensorflow-cpu", "keras", "tf2onnx", "onnx", "onnxruntime", "openvino", "nncf")
_RUNTIMES = ("ai-edge-litert", "numpy", "pillow")


@dataclass(frozen=True)
class Conversion:
    """A network, and all that its artifacts have to know."""

    name: str
    task: Task
    labels: tuple[str, ...]
    preprocess: Preprocess
    postprocess: Mapping[str, Any]
    network: Path
    network_digest: str
    images: Samples  # which calibrate; of the training split, never of another
    calibration_images: int
    origin: Mapping[str, str] = dataclasses.field(default_factory=dict)  # further digests: recipe, data

    @staticmethod
    def of_recipe(recipe: Recipe, trained: Trained, splits: Splits) -> "Conversion":
        """The conversion of a network that edgecv has trained."""
        facts = trained.facts
        return Conversion(
            name=recipe.name,
            task=recipe.task,
            labels=tuple(facts["labels"]),
            preprocess=recipe.preprocess,
            postprocess=facts["postprocess"],
            network=trained.network,
            network_digest=facts["network_digest"],
            images=splits.train,
            calibration_images=recipe.calibration.images,
            origin={"recipe": recipe_digest(recipe), "data": digest_of(splits.digests)},
        )


def recipe_digest(recipe: Recipe) -> str:
    """What a recipe says that its artifacts depend on, wherever the data lies on this machine."""
    plain = dataclasses.asdict(recipe)
    parts = ("task", "preprocess", "model", "training", "calibration")
    return digest_of([recipe.data.format, dict(recipe.data.options), *(plain[part] for part in parts)])


def convert(
    conversion: Conversion, builds: Sequence[Build], workshop: Workshop, *, weights: Weights = "per_channel"
) -> list[Artifact]:
    """The artifacts of a network, in the order asked for: stored ones, or new ones."""
    export_key = _export_key(conversion)
    origin = dict(conversion.origin)
    keys = {
        build: key(export=export_key, origin=origin, build=dataclasses.asdict(build), weights=weights)
        for build in builds
    }
    with ExitStack() as stack:
        # All runs claim in one order, so that no two of them wait for each other.
        export = stack.enter_context(workshop.store.claim("export", export_key))
        claims = {
            build: stack.enter_context(workshop.store.claim("artifact", keys[build])) for build in sorted(keys, key=str)
        }
        missing = {build: claim for build, claim in claims.items() if claim.finished is None}
        for build, claim in claims.items():
            if build not in missing:
                workshop.say(f"build     {_summary(_artifact(claim))} (stored)")
        if missing:
            _make(conversion, export, missing, weights, workshop)
        return [_artifact(claims[build]) for build in builds]


def _export_key(conversion: Conversion) -> str:
    return key(
        network=conversion.network_digest,
        name=conversion.name,
        task=conversion.task,
        labels=conversion.labels,
        preprocess=dataclasses.asdict(conversion.preprocess),
        postprocess=dict(conversion.postprocess),
        images=conversion.images.digest,
        calibration_images=conversion.calibration_images,
        code=code_version(*_CODE),
        tools=tool_versions(*_TOOLS, *_RUNTIMES),
    )


def _make(
    conversion: Conversion, export: Claim, missing: Mapping[Build, Claim], weights: Weights, workshop: Workshop
) -> None:
    """Export where that is still to be done, then build, prove and seal what is missing."""
    first = {build: claim for build, claim in missing.items() if TARGETS[build.target].NEEDS_TENSORFLOW}
    if export.finished is None:
        request = _request(conversion, export.folder / "request")
        _build(export.folder, first, weights, workshop, request=request)
        shutil.rmtree(request.parent)
        export.finish(f"{conversion.name}: exported network")
    elif first:
        _build(export.finished, first, weights, workshop)
    assert export.finished is not None
    exported = export.finished
    lanes: dict[str, dict[Build, Claim]] = {}
    for build, claim in missing.items():
        lanes.setdefault(build.target, {})[build] = claim

    def lane(target: str) -> None:
        if not TARGETS[target].NEEDS_TENSORFLOW:
            _build(exported, lanes[target], weights, workshop)
        for claim in lanes[target].values():
            _prove(conversion, exported, claim, workshop)

    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lane, lanes))


def _request(conversion: Conversion, folder: Path) -> Path:
    """What the exporting child has to know, with the images that calibrate and those that parity compares."""
    count = conversion.calibration_images
    parts = {
        "calibration": calibration.choose(conversion.images, count),
        "reference": calibration.choose(conversion.images, REFERENCE_IMAGES, skip=count),
    }
    folder.mkdir()
    for name, chosen in parts.items():
        _save(folder / f"{name}.npy", calibration.pixels(conversion.images, chosen, conversion.preprocess))
    return write_json(
        folder / "request.json",
        {
            "network": str(conversion.network),
            "name": conversion.name,
            "task": conversion.task,
            "labels": conversion.labels,
            "preprocess": dataclasses.asdict(conversion.preprocess),
            "postprocess": dict(conversion.postprocess),
            **{name: str(folder / f"{name}.npy") for name in parts},
        },
    )


def _save(path: Path, images: np.ndarray) -> None:
    content = io.BytesIO()
    np.save(content, images, allow_pickle=False)
    write_whole(path, content.getvalue())


def _build(
    exported: Path, drafts: Mapping[Build, Claim], weights: Weights, workshop: Workshop, *, request: Path | None = None
) -> None:
    arguments: list[str | Path] = [exported, "--weights", weights]
    if request:
        arguments += ["--export", request]
    for build, claim in drafts.items():
        arguments += ["--build", build.target, build.precision, claim.folder]
    local.run_module("edgecv.targets", arguments, log=workshop.log, on_progress=workshop.progress)


def _prove(conversion: Conversion, exported: Path, claim: Claim, workshop: Workshop) -> None:
    """Check a draft against the network, and store it as an artifact once it has passed."""
    checked = parity.check(claim.folder, exported, log=workshop.log, on_progress=workshop.progress)
    sealed = parity.seal(claim.folder, exported, checked, conversion.origin)
    claim.finish(f"{sealed.manifest.name}: {sealed.model_file.stat().st_size} bytes")
    workshop.say(f"build     {_summary(_artifact(claim))}")


def _artifact(claim: Claim) -> Artifact:
    assert claim.finished is not None
    return open_sealed(claim.finished)


def _summary(artifact: Artifact) -> str:
    manifest = artifact.manifest
    agreement = manifest.parity["agreement"]  # None: neither of them found anything to agree on
    agree = "" if agreement is None else f", {agreement:.1%} agree"
    return f"{artifact.folder_name}: proven on {manifest.parity['runtime']}{agree}"
