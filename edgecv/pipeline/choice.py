"""Which builds the words target, precision and device ask for together, and what is left out of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from edgecv.errors import InputError
from edgecv.pipeline.check import check_build, require_runnable
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Build, Io, Precision
from edgecv.targets import TARGETS

AUTO = "auto"  # in the place of a precision: all that the target builds and the device runs


@dataclass(frozen=True)
class Choice:
    """Builds, and the reason against each of those that were left out."""

    builds: tuple[Build, ...]
    left_out: dict[Build, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return _listed(self.builds) + "".join(
            f"; not {_listed([build])}: {why}" for build, why in self.left_out.items()
        )


def choose_builds(
    targets: Sequence[str], precisions: Sequence[str], io: Io | None, profile: DeviceProfile | None
) -> Choice:
    """Every target in every precision; without a target, all of the device's.

    What is asked for by both words is refused where it cannot be had; what was only implied is left out.
    """
    auto = AUTO in precisions
    wanted = [
        Build(target, precision, io if precision in TARGETS[target].INTEGER_IO else None)  # type: ignore[arg-type]
        for target in targets or (profile.runtimes if profile else ())
        for precision in (TARGETS[target].PRECISIONS if auto else precisions)
    ]
    left_out = {build: why for build in wanted if (why := _obstacle(build, profile))}
    builds = tuple(build for build in wanted if build not in left_out)
    for build in wanted if not builds or (targets and not auto) else builds:
        _require(build, profile)
    if io and not any(build.io for build in builds):
        raise InputError(f"io: {_listed(builds)} leave no choice of inputs and outputs; leave --io {io} out")
    return Choice(builds, left_out)


def _obstacle(build: Build, profile: DeviceProfile | None) -> str | None:
    """Why a build cannot be, in a few words."""
    module = TARGETS[build.target]
    runtime = profile.runtimes.get(build.target) if profile else None
    if profile and (runtime is None or build.precision not in runtime.precisions):
        return runtime.lacks.get(build.precision, "not in the device's profile") if runtime else "no such runtime there"
    return "not made by this target" if build.precision not in module.PRECISIONS else module.missing()


def _require(build: Build, profile: DeviceProfile | None) -> None:
    if profile:
        require_runnable([build], profile)
    check_build(build, "convert")


def _listed(builds: Sequence[Build]) -> str:
    precisions: dict[str, list[Precision]] = {}
    for build in builds:
        precisions.setdefault(build.target, []).append(build.precision)
    return ", ".join(f"{target} {' '.join(each)}" for target, each in precisions.items())
