"""Networks that are to be converted: a run folder's own, or one that a recipe describes."""

import dataclasses
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from edgecv import models
from edgecv.documents import Document
from edgecv.errors import InputError
from edgecv.models.reading import postprocess_of
from edgecv.pipeline.check import require_trusted_calibration
from edgecv.pipeline.conversion import Conversion, architecture_of, calibration_images, recipe_digest
from edgecv.pipeline.keys import digest_of_network
from edgecv.pipeline.runrecord import read_run
from edgecv.pipeline.splits import Splits, open_splits
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Build, Recipe


def conversion_of_run(folder: Path, builds: Sequence[Build], *, allow_tiny: bool = False) -> Conversion:
    """What a run folder knows about its network."""
    run = read_run(folder)
    conversion = _conversion(folder / "network.keras", run.recipe, open_splits(run.recipe))
    require_trusted_calibration(conversion.calibration_images, builds, allow_tiny=allow_tiny)
    if conversion.network_digest != run.network_file:
        return conversion  # somebody put another network there
    return dataclasses.replace(
        conversion,
        network_digest=run.network_digest,
        labels=run.labels,
        postprocess=run.postprocess,
        origin={**conversion.origin, "data": digest_of(run.data)},
    )


def conversion_of_file(
    network: Path, document: Document[Recipe], builds: Sequence[Build], *, allow_tiny: bool = False
) -> Conversion:
    """A network that was trained elsewhere, or moved, as its recipe describes it."""
    recipe = document.record
    with document.places():
        models.check(recipe.model, recipe.task, recipe.preprocess)
        splits = open_splits(recipe)
        require_trusted_calibration(calibration_images(recipe, splits.train), builds, allow_tiny=allow_tiny)
        return _conversion(network, recipe, splits)


def _conversion(network: Path, recipe: Recipe, splits: Splits) -> Conversion:
    digest = digest_of_network(network)
    return Conversion(
        name=recipe.name,
        task=recipe.task,
        labels=splits.train.labels,
        preprocess=recipe.preprocess,
        postprocess=postprocess_of(recipe.model, recipe.task, splits.train),
        network=network,
        network_digest=digest,
        images=splits.train,
        calibration_images=calibration_images(recipe, splits.train),
        origin={"recipe": recipe_digest(recipe), "data": digest_of(splits.digests)},
        architecture=architecture_of(recipe),
    )


def trusting(conversion: Conversion, custom_layers: Sequence[str]) -> Conversion:
    """The same with layers of the user's own, whose code is part of what the network is known by."""
    digest = digest_with_layers(conversion.network_digest, custom_layers)
    return dataclasses.replace(conversion, network_digest=digest, custom_layers=tuple(custom_layers))


def digest_with_layers(network_digest: str, custom_layers: Sequence[str]) -> str:
    """What a network with layers of the user's own is known by. Their code is read here, and not run."""
    if not custom_layers:
        return network_digest
    return digest_of([network_digest, *(_code_digests(each) for each in custom_layers)])


def _code_digests(custom_layer: str) -> list[str]:
    module, _, name = custom_layer.rpartition(":")
    if not module or not name.isidentifier():
        raise InputError(
            f"--custom-layer: expected package.module:Class or path/to/layers.py:Class, got '{custom_layer}'"
        )
    if module.endswith(".py"):
        if not Path(module).is_file():
            raise InputError(f"--custom-layer {custom_layer}: {module}: no such file")
        return [digest_of_file(Path(module))]
    return [digest_of_file(path) for path in _sources(module.partition(".")[0])]


def _sources(package: str) -> list[Path]:
    """All files of a package, because its modules import each other; to find it by its first name imports nothing."""
    try:
        found = importlib.util.find_spec(package)
    except ValueError:
        found = None
    if found is None:
        raise InputError(f"--custom-layer: no module '{package}' is installed")
    if found.submodule_search_locations is None:
        return [Path(found.origin)] if found.has_location and found.origin else []
    return sorted(path for folder in found.submodule_search_locations for path in Path(folder).rglob("*.py"))
