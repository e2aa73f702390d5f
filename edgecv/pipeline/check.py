"""All that is cheap is checked before anything slow starts: names, options, devices, what is installed."""

from collections.abc import Sequence

from edgecv import models, training
from edgecv.documents import Document
from edgecv.errors import InputError, Unavailable, not_one_of
from edgecv.models import pretrained
from edgecv.pipeline.conversion import REFERENCE_IMAGES, calibration_images
from edgecv.pipeline.splits import Splits, open_splits
from edgecv.quantization.calibration import FEWEST
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Build, Recipe
from edgecv.records.samples import Samples
from edgecv.targets.checking import check_buildable
from edgecv.targets.draft import CALIBRATED


def check_recipe(document: Document[Recipe], *, allow_tiny_calibration: bool = False) -> Splits:
    """Refuse what cannot end well, with its place in the file; what is opened on the way is the recipe's data."""
    recipe = document.record
    with document.places():
        models.check(recipe.model, recipe.task, recipe.preprocess)
        pretrained.check(recipe.model, recipe.preprocess)
        splits = open_splits(recipe)
        _check_calibration(recipe, splits.train)
        images = calibration_images(recipe, splits.train)
        require_trusted_calibration(images, recipe.builds, allow_tiny=allow_tiny_calibration)
        for index, build in enumerate(recipe.builds):
            check_build(build, f"builds[{index}]")
    return splits


def check_build(build: Build, where: str) -> None:
    """Refuse a build that no target makes, and one whose tools are not installed."""
    check_buildable(build, where)
    missing = training.missing()  # every target is built from what Keras exports
    if missing:
        raise Unavailable(f"{where}: cannot build '{build.target}' here: {missing}")


def require_runnable(builds: Sequence[Build], profile: DeviceProfile) -> None:
    """Refuse what a device cannot run, before anything is trained or built for it."""
    for build in builds:
        runtime = profile.runtimes.get(build.target)
        if runtime is None:
            raise InputError(f"{profile.name}: target: {not_one_of(profile.runtimes, build.target)}")
        if build.precision in runtime.lacks:
            raise InputError(
                f"{profile.name}: {build.target}: no {build.precision}: {runtime.lacks[build.precision]}; "
                f"use {' or '.join(reversed(runtime.precisions))}"
            )
        if build.precision not in runtime.precisions:
            wrong = not_one_of(runtime.precisions, build.precision)
            raise InputError(f"{profile.name}: {build.target}: precision: {wrong}")


def calibrated(builds: Sequence[Build]) -> list[str]:
    """The precisions among these builds whose ranges come from calibration images."""
    return sorted({build.precision for build in builds} & set(CALIBRATED))


def require_trusted_calibration(images: int, builds: Sequence[Build], *, allow_tiny: bool) -> None:
    """Refuse ranges that hardly any images set, unless the user wants them all the same."""
    precisions = calibrated(builds)
    if precisions and images < FEWEST and not allow_tiny:
        raise InputError(
            f"calibration.images: expected at least {FEWEST} to set the ranges of {' and '.join(precisions)}, "
            f"got '{images}'; to do with fewer, which the artifact will say: --allow-tiny-calibration"
        )


def _check_calibration(recipe: Recipe, images: Samples) -> None:
    most = len(images) - REFERENCE_IMAGES
    if most < 1:
        raise InputError(
            f"data: expected at least {REFERENCE_IMAGES + 1} training images, got {len(images)}: parity needs "
            f"{REFERENCE_IMAGES} of them, and calibration others"
        )
    if calibration_images(recipe, images) > most:
        raise InputError(
            f"calibration.images: expected at most {most}, got '{recipe.calibration.images}': the training split has "
            f"{len(images)} images, and parity needs {REFERENCE_IMAGES} of them"
        )
