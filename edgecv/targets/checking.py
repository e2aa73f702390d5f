"""Can this be built here? Recipes and commands ask before anything slow starts, and once more the child that builds."""

from edgecv.errors import InputError, Unavailable, not_one_of
from edgecv.records.recipe import Build
from edgecv.targets import TARGETS


def check_buildable(build: Build, where: str = "") -> None:
    """Refuse a build that no target makes, and one whose tools are missing; `where` is the build's place in a file."""
    begin = where and f"{where}."
    if build.target not in TARGETS:
        raise InputError(f"{begin}target: {not_one_of(TARGETS, build.target)}")
    module = TARGETS[build.target]
    if build.precision not in module.PRECISIONS:
        raise InputError(f"{begin}precision: {build.target}: {not_one_of(module.PRECISIONS, build.precision)}")
    if build.io and build.precision not in module.INTEGER_IO:
        raise InputError(
            f"{begin}io: {build.target} {build.precision} leaves no choice of inputs and outputs; remove '{build.io}'"
        )
    missing = module.missing()
    if missing:
        raise Unavailable(f"{begin}target: cannot build '{build.target}' here: {missing}")
