"""The float predictions that an artifact's accuracy is compared with: those that a run kept, or new ones."""

import dataclasses
import json
from pathlib import Path

from edgecv.errors import InputError
from edgecv.hosts import local
from edgecv.pipeline.keys import code_version, key, tool_versions
from edgecv.pipeline.run import FLOAT_PREDICTIONS, RUN
from edgecv.pipeline.workshop import Workshop
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples


def float_predictions(model: Path, recipe: Recipe, samples: Samples, split: str, workshop: Workshop) -> Path:
    """Predictions of the float network on a split, as the evaluation reads them."""
    if model.is_dir():
        kept = _kept(model, samples, split)
        if kept:
            return kept
        model = model / "network.keras"
    if not model.is_file():
        raise InputError(f"{model}: expected a .keras file or a run folder to compare with")
    reference_key = key(
        network=digest_of_file(model),
        data=samples.digest,
        split=split,
        preprocess=dataclasses.asdict(recipe.preprocess),
        model=dataclasses.asdict(recipe.model),
        code=code_version("records", "models", "training", "ondevice"),
        tools=tool_versions("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow"),
    )
    with workshop.store.claim("reference", reference_key) as claim:
        if claim.finished is None:
            request = {"network": str(model), "recipe": dataclasses.asdict(recipe), "split": split}
            ask = write_json(claim.folder / "request.json", request)
            arguments = ["predict", ask, claim.folder / "predictions.npz"]
            local.run_module("edgecv.training", arguments, log=workshop.log, on_progress=workshop.progress)
            ask.unlink()
            claim.finish(f"{model.name}: float predictions on {split}")
        assert claim.finished is not None
        return claim.finished / "predictions.npz"


def _kept(run_folder: Path, samples: Samples, split: str) -> Path | None:
    """What a run kept, if it is about the same images."""
    try:
        facts = json.loads((run_folder / RUN).read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{run_folder}: expected a run folder, with a {RUN}: {error}") from error
    kept = run_folder / FLOAT_PREDICTIONS
    same_images = split == "test" and facts.get("data", {}).get("test") == samples.digest
    network = run_folder / "network.keras"
    same_network = network.is_file() and facts.get("network_file") == digest_of_file(network)
    return kept if same_images and same_network and kept.is_file() else None
