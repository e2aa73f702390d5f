"""All that is cheap is checked before anything slow starts: names, options, devices, what is installed."""

from collections.abc import Sequence

from edgecv import models
from edgecv.documents import Document
from edgecv.errors import InputError, Unavailable
from edgecv.pipeline.splits import Splits, open_splits
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Build, Recipe
from edgecv.targets import TARGETS


def check_recipe(document: Document[Recipe]) -> Splits:
    """Refuse what cannot end well, with its place in the file; what is opened on the way is the recipe's data."""
    recipe = document.record
    with document.places():
        models.check(recipe.model, recipe.task, recipe.preprocess)
        splits = open_splits(recipe)
        for index, build in enumerate(recipe.builds):
            check_build(build, f"builds[{index}]")
    return splits


def check_build(build: Build, where: str) -> None:
    """Refuse a target or a precision that does not exist, and a target whose tools are not installed."""
    if build.target not in TARGETS:
        raise InputError(f"{where}.target: expected one of {', '.join(TARGETS)}, got '{build.target}'")
    module = TARGETS[build.target]
    if build.precision not in module.PRECISIONS:
        known = ", ".join(module.PRECISIONS)
        raise InputError(f"{where}.precision: {build.target} builds {known}, got '{build.precision}'")
    missing = module.missing()
    if missing:
        raise Unavailable(f"{where}: cannot build '{build.target}' here: {missing}")


def runnable(builds: Sequence[Build], profile: DeviceProfile) -> list[Build]:
    """The builds whose target the device runs; a precision that it lacks is refused before anything is trained."""
    chosen = [build for build in builds if build.target in profile.runtimes]
    if not chosen:
        raise InputError(
            f"{profile.name}: runs {', '.join(profile.runtimes)}; none of the targets asked for: "
            + ", ".join(sorted({build.target for build in builds}))
        )
    for build in chosen:
        precisions = profile.runtimes[build.target].precisions
        if build.precision not in precisions:
            raise InputError(
                f"{profile.name}: {build.target}: precision: expected one of {', '.join(precisions)}, "
                f"got '{build.precision}'"
            )
    return chosen
