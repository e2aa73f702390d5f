"""What the devices that artifacts are for ask of the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edgecv.documents.versions import older, oldest
from edgecv.errors import InputError
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Build
from edgecv.targets import TARGETS, Spec, Weights


@dataclass(frozen=True)
class Oldest:
    """The oldest runtime that a file has to run on."""

    package: str
    version: str


ANY = Oldest("", "")
INTEGER_WEIGHTS = ("dynamic", "int8", "int16x8")


@dataclass(frozen=True)
class Demands:
    """How fine integer weights may be, and what has to read the files, by target."""

    weights: Weights = "per_channel"
    runtimes: Mapping[str, Oldest] = field(default_factory=dict)

    def spec(self, build: Build) -> Spec:
        """A build, as these devices need it, without what makes no difference: equal files are known to be equal."""
        weights = self.weights if build.precision in INTEGER_WEIGHTS else "per_channel"
        runtime = self.runtimes.get(build.target, ANY)
        return Spec(build.precision, weights, build.io, runtime.package, runtime.version)


def demands_of(profiles: Sequence[DeviceProfile]) -> Demands:
    """What all of these devices ask for; of two versions of a runtime, the older one."""
    wanted = {profile.weights for profile in profiles} or {"per_channel"}
    if len(wanted) > 1:
        names = ", ".join(f"{profile.name} {profile.weights}" for profile in profiles)
        raise InputError(f"the devices want different int8 weights ({names}); give each a run of its own")
    runtimes: dict[str, Oldest] = {}
    for profile in profiles:
        for target, runtime in profile.runtimes.items():
            found = Oldest(runtime.package, oldest(runtime.versions))
            heeded = target in TARGETS and found.package in TARGETS[target].HEEDS
            if heeded and (target not in runtimes or older(found.version, runtimes[target].version)):
                runtimes[target] = found
    return Demands(wanted.pop(), runtimes)
