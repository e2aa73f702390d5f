"""Networks that are to be converted: a run folder's own, or one that a recipe describes."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import msgspec

from edgecv import models
from edgecv.documents import Document
from edgecv.errors import InputError
from edgecv.pipeline.check import require_trusted_calibration
from edgecv.pipeline.conversion import Conversion, recipe_digest
from edgecv.pipeline.run import RUN
from edgecv.pipeline.splits import Splits, open_splits
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Build, Recipe


def is_run(model: Path) -> bool:
    """Whether a model is a run folder, which knows all about its network."""
    return (model / RUN).is_file()


def conversion_of_run(folder: Path, builds: Sequence[Build], *, allow_tiny: bool = False) -> Conversion:
    """What a run folder knows about its network."""
    try:
        facts = json.loads((folder / RUN).read_bytes())
        recipe = msgspec.convert(facts["recipe"], Recipe)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder}: expected a run folder, with a whole {RUN}: {error}") from error
    require_trusted_calibration(recipe.calibration.images, builds, allow_tiny=allow_tiny)
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


def conversion_of_file(
    network: Path, document: Document[Recipe], builds: Sequence[Build], *, allow_tiny: bool = False
) -> Conversion:
    """A network that was trained elsewhere, or moved, as its recipe describes it."""
    recipe = document.record
    with document.places():
        require_trusted_calibration(recipe.calibration.images, builds, allow_tiny=allow_tiny)
        models.check(recipe.model, recipe.task, recipe.preprocess)
        return _conversion(network, recipe, open_splits(recipe))


def _conversion(network: Path, recipe: Recipe, splits: Splits) -> Conversion:
    digest = digest_of_network(network)
    return Conversion(
        name=recipe.name,
        task=recipe.task,
        labels=splits.train.labels,
        preprocess=recipe.preprocess,
        postprocess=models.MODELS[recipe.model.name].postprocess(**recipe.model.options),
        network=network,
        network_digest=digest,
        images=splits.train,
        calibration_images=recipe.calibration.images,
        origin={"recipe": recipe_digest(recipe), "data": digest_of(splits.digests)},
    )


def digest_of_network(network: Path) -> str:
    """What a file or a SavedModel folder is known by."""
    if network.is_dir():
        files = sorted(path for path in network.rglob("*") if path.is_file())
        return digest_of([[path.relative_to(network).as_posix(), digest_of_file(path)] for path in files])
    if not network.is_file():
        raise InputError(f"{network}: no such file")
    return digest_of_file(network)


def trusting(conversion: Conversion, custom_layers: Sequence[str]) -> Conversion:
    """The same with layers of the user's own, whose files are part of what the network is known by."""
    files = []
    for each in custom_layers:
        module, _, name = each.rpartition(":")
        if not module or not name.isidentifier():
            raise InputError(f"--custom-layer: expected package.module:Class or path/to/layers.py:Class, got '{each}'")
        if module.endswith(".py"):
            if not Path(module).is_file():
                raise InputError(f"--custom-layer {each}: {module}: no such file")
            files.append(digest_of_file(Path(module)))
    digest = digest_of([conversion.network_digest, *files]) if files else conversion.network_digest
    return dataclasses.replace(conversion, network_digest=digest, custom_layers=tuple(custom_layers))
