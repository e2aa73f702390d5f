"""Networks that are to be converted: a run folder's own, or a .keras file that a recipe describes."""

import dataclasses
import json
from pathlib import Path

import msgspec

from edgecv import models
from edgecv.documents import Document
from edgecv.errors import InputError
from edgecv.pipeline.conversion import Conversion, recipe_digest
from edgecv.pipeline.run import RUN
from edgecv.pipeline.splits import Splits, open_splits
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Recipe


def conversion_of_run(folder: Path) -> Conversion:
    """What a run folder knows about its network."""
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a run folder; for a .keras file say which --recipe describes it")
    try:
        facts = json.loads((folder / RUN).read_bytes())
        recipe = msgspec.convert(facts["recipe"], Recipe)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder}: expected a run folder, with a whole {RUN}: {error}") from error
    network = folder / "network.keras"
    conversion = _conversion(network, recipe, open_splits(recipe))
    if conversion.network_digest != facts.get("network_file"):
        return conversion  # somebody put another network there
    return dataclasses.replace(
        conversion,
        network_digest=facts["training"]["network_digest"],
        labels=tuple(facts["training"]["labels"]),
        postprocess=facts["training"]["postprocess"],
        origin={**conversion.origin, "data": digest_of(facts["data"])},
    )


def conversion_of_file(network: Path, document: Document[Recipe]) -> Conversion:
    """A network that was trained elsewhere, or moved, as its recipe describes it."""
    recipe = document.record
    with document.places():
        models.check(recipe.model, recipe.task, recipe.preprocess)
        return _conversion(network, recipe, open_splits(recipe))


def _conversion(network: Path, recipe: Recipe, splits: Splits) -> Conversion:
    if not network.is_file():
        raise InputError(f"{network}: no such file")
    return Conversion(
        name=recipe.name,
        task=recipe.task,
        labels=splits.train.labels,
        preprocess=recipe.preprocess,
        postprocess=models.MODELS[recipe.model.name].postprocess(**recipe.model.options),
        network=network,
        network_digest=digest_of_file(network),
        images=splits.train,
        calibration_images=recipe.calibration.images,
        origin={"recipe": recipe_digest(recipe), "data": digest_of(splits.digests)},
    )
