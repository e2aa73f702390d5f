"""The float predictions that an artifact's accuracy is compared with: those that a run kept, or new ones.

The float network is used as the artifact says, so that the two differ in what was converted and in nothing else.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.hosts import local
from edgecv.pipeline.keys import code_version, digest_of_network, key, tool_versions
from edgecv.pipeline.networks import digest_with_layers
from edgecv.pipeline.run import FLOAT_PREDICTIONS
from edgecv.pipeline.runrecord import is_run, read_run
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact, Manifest
from edgecv.records.files import digest_of, digest_of_file, write_json
from edgecv.records.recipe import Recipe, Task
from edgecv.records.samples import Samples


def float_predictions(
    model: Path,
    artifacts: Sequence[Artifact],
    recipe: Recipe,
    samples: Samples,
    split: str,
    workshop: Workshop,
    custom_layers: Sequence[str] = (),
) -> Path:
    """Predictions of the float network on a split, as the evaluation of these artifacts reads them."""
    if not model.is_file() and not is_run(model) and not (model / "saved_model.pb").is_file():
        raise InputError(f"{model}: expected a .keras or .h5 file, a SavedModel folder or a run folder to compare with")
    use = _common_use(artifacts, recipe.task, samples)
    if is_run(model):
        kept = _kept(model, use, samples, split)
        if kept:
            return kept
        model = model / "network.keras"
    reference_key = key(
        network=digest_with_layers(digest_of_network(model), custom_layers),
        data=samples.digest,
        split=split,
        use=use,
        code=code_version("records", "models", "training", "ondevice"),
        tools=tool_versions("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow"),
    )
    with workshop.store.claim("reference", reference_key) as claim:
        if claim.finished is None:
            request = {
                "network": str(model),
                "custom_layers": list(custom_layers),
                "data": dataclasses.asdict(recipe.data),
                "split": split,
                **use,
            }
            ask = write_json(claim.folder / "request.json", request)
            arguments = ["predict", ask, claim.folder / "predictions.npz"]
            local.run_module("edgecv.training", arguments, log=workshop.log, on_progress=workshop.progress)
            ask.unlink()
            claim.finish(f"{model.name}: float predictions on {split}")
        assert claim.finished is not None
        return claim.finished / "predictions.npz"


def _common_use(artifacts: Sequence[Artifact], task: Task, samples: Samples) -> Mapping[str, Any]:
    """What all the artifacts say about how their network is used; one float network answers for them all."""
    first = artifacts[0]
    for each in artifacts:
        if each.manifest.task != task or each.manifest.labels != samples.labels:
            raise InputError(f"{each.folder}: made for another task or for other labels than the data of the recipe")
        if digest_of(_use(each.manifest)) != digest_of(_use(first.manifest)):
            raise InputError(
                f"{each.folder}: has another preprocessing or postprocessing than {first.folder}; "
                "compare them with a float network one by one"
            )
    return _use(first.manifest)


def _use(manifest: Manifest) -> Mapping[str, Any]:
    return {
        "task": manifest.task,
        "preprocess": dataclasses.asdict(manifest.preprocess),
        "postprocess": dict(manifest.postprocess),
    }


def _kept(run_folder: Path, use: Mapping[str, Any], samples: Samples, split: str) -> Path | None:
    """What a run kept, if it is about the same images, and the network was used in the same way."""
    run = read_run(run_folder)
    preprocess = dataclasses.asdict(run.recipe.preprocess)
    run_use = {"task": run.recipe.task, "preprocess": preprocess, "postprocess": run.postprocess}
    kept, network = run_folder / FLOAT_PREDICTIONS, run_folder / "network.keras"
    same_images = split == "test" and run.data.get("test") == samples.digest
    same_network = network.is_file() and run.network_file == digest_of_file(network)
    same = same_images and same_network and digest_of(run_use) == digest_of(use)
    return kept if same and kept.is_file() else None
