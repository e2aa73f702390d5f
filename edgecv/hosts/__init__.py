"""Where a command runs: this machine, or a board that is reached by ssh. The device profile says which.

Both are used in the same way: a `with` block in which `edgecv.ondevice` is started, listened to, and ended.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from edgecv.errors import Unavailable
from edgecv.hosts import ssh
from edgecv.hosts.arguments import Argument, Given, GivenList, Made, given_artifact, given_source, names_of_pictures
from edgecv.hosts.board.memory import Guard, guard
from edgecv.hosts.local import Here
from edgecv.ondevice import probes
from edgecv.ondevice.child import PROGRESS
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile

__all__ = [
    "Argument",
    "Given",
    "GivenList",
    "Guard",
    "Host",
    "Made",
    "Work",
    "at",
    "given_artifact",
    "given_source",
    "guard",
    "names_of_pictures",
    "require_usable",
    "run",
]

Say = Callable[[str], None]


class Work(Protocol):
    """A command of `edgecv.ondevice` that was started; it ends with its `with` block."""

    def __enter__(self) -> "Work": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def lines(self, silent_s: Callable[[], float] | None = None) -> Iterator[str]: ...

    def tell(self, line: str) -> None: ...

    def result(self) -> None: ...


class Host(Protocol):
    """A place to work at."""

    cores: int

    def __enter__(self) -> "Host": ...

    def __exit__(self, *_: object) -> None: ...

    def require(self, artifact: Artifact) -> None: ...

    def free_mb(self) -> float | None: ...

    def start(self, arguments: Sequence[Argument], log: Path, *, guard: Guard, limit_s: float) -> Work: ...

    def told(self, text: str) -> str: ...


def at(profile: DeviceProfile | None, purpose: str, *, measuring: bool = False, on_progress: Say | None = None) -> Host:
    """The place that a profile names. A board is leased for whatever is done there, this machine for measurements."""
    if profile and profile.connection:
        return ssh.Board(profile, purpose, on_progress or _silent)
    if profile:
        _require_here(profile)
    return Here(measuring=measuring, on_progress=on_progress)


def run(
    host: Host,
    arguments: Sequence[Argument],
    *,
    log: Path,
    on_progress: Say | None = None,
    silent_s: float | None = None,
    limit_s: float,
) -> None:
    """Run a command of `edgecv.ondevice` to its end; its mistakes, and a silence of `silent_s`, are raised here."""
    with host.start(arguments, log, guard=guard(None, host.free_mb()), limit_s=limit_s) as work:
        for line in work.lines(None if silent_s is None else lambda: silent_s):
            if on_progress and line.startswith(PROGRESS):
                on_progress(line.removeprefix(PROGRESS))
        work.result()


def require_usable(profile: DeviceProfile, targets: Iterable[str]) -> None:
    """Refuse a device that is neither this machine nor a board that answers and has what it takes."""
    if profile.connection:
        ssh.require(profile, targets)
    else:
        _require_here(profile)


def _require_here(profile: DeviceProfile) -> None:
    """A number taken here would be signed with its name."""
    machine = probes.architecture()
    if profile.arch != machine:
        raise Unavailable(f"{profile.name}: cannot be measured here: it is {profile.arch}, this machine is {machine}")


def _silent(_text: str) -> None:
    pass
