"""This machine: run a child process, and raise its error as if it had happened here.

Vendor tools run in children, so that a crash or a leak of theirs is a sentence to the user and not the end of edgecv.
What they print goes to a log.
"""

import fcntl
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from edgecv.hosts.arguments import Argument, as_here
from edgecv.hosts.board.memory import Guard, free_mb
from edgecv.hosts.hearing import ChildFailed, Hearing, TimedOut
from edgecv.ondevice import probes
from edgecv.ondevice.child import FOLLOW, PROGRESS
from edgecv.ondevice.engines import engine_for
from edgecv.records.artifact import Artifact

__all__ = ["Child", "ChildFailed", "Here", "TimedOut", "run_module"]

# `python -m` would put the user's current folder, "", first among the places that modules come from.
START = (
    "import runpy, sys; sys.path[0] or sys.path.pop(0); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)
GRACE_S = 5.0  # for a child that Ctrl-C has reached too, to write what it has
LOOK_S = 0.2  # between two looks at a silent child

Say = Callable[[str], None]


def run_module(
    module: str,
    arguments: Sequence[object],
    *,
    log: Path,
    on_progress: Say | None = None,
    silent_s: float | None = None,
) -> None:
    """Run a module in a child with this interpreter; its mistakes, and a silence of `silent_s`, are raised here."""
    with Child(module, arguments, log) as child:
        for line in child.lines(None if silent_s is None else lambda: silent_s):
            if on_progress and line.startswith(PROGRESS):
                on_progress(line.removeprefix(PROGRESS))
        child.result()


class Child:
    """A module at work in a process of its own, which ends with the `with` block, and with this process."""

    def __init__(self, module: str, arguments: Sequence[object], log: Path, guard: Guard | None = None) -> None:
        self.module, self._guard = module, guard
        self._hearing = Hearing(module, log)
        self._process = subprocess.Popen(
            [sys.executable, "-c", START, module, *map(str, arguments)],
            stdin=subprocess.PIPE,  # it closes when this process dies, which ends the child
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, FOLLOW: "1", "PYTHONUNBUFFERED": "1"},
        )
        self.pid = self._process.pid
        self._over = False
        self._ready: deque[str] = deque()  # lines that nobody has asked for yet

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind and issubclass(kind, KeyboardInterrupt):
            self._wait()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._hearing):
            if pipe:
                pipe.close()

    def lines(self, silent_s: Callable[[], float] | None = None) -> Iterator[str]:
        """What it says of its progress and its turns, until it ends; whatever else it prints is written to the log.

        Where it says nothing of that kind for `silent_s`, TimedOut is raised. Its memory is looked at several times a
        second.
        """
        heard = time.monotonic()
        while self._ready or not self._over:
            if not self._ready:
                self._read(LOOK_S if self._guard or silent_s else None)
            if self._guard and not self._over:
                self._guard.watch(self.pid)
            while self._ready:
                heard = time.monotonic()
                yield self._ready.popleft()
            if silent_s and time.monotonic() - heard > silent_s():
                raise TimedOut(f"{self.module}: no sign of life for {silent_s():.0f} s; ended")

    def tell(self, line: str) -> None:
        """Answer what it asked; one that has died is noticed by who listens to it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    def result(self) -> None:
        """Wait for its end; a mistake of the child is raised."""
        code = self._process.wait()
        if code:
            raise self._hearing.error(code)

    def _read(self, patience_s: float | None) -> None:
        """Take the lines that came, if any did so soon."""
        pipe = self._process.stdout
        assert pipe is not None
        ready, _, _ = select.select([pipe], [], [], patience_s)
        if ready:
            content = os.read(pipe.fileno(), 1 << 16)
            self._over = not content
            self._ready.extend(self._hearing.take(content))

    def _wait(self) -> None:
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Here:
    """This machine as a place to work at; a measurement is alone on it."""

    def __init__(self, *, measuring: bool = False, on_progress: Say | None = None) -> None:
        self._measuring, self._on_progress = measuring, on_progress
        self._stack = ExitStack()
        self.cores = probes.cores()

    def __enter__(self) -> "Here":
        if self._measuring:
            self._stack.enter_context(_alone(self._on_progress))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def require(self, artifact: Artifact) -> None:
        """Refuse an artifact whose runtime is not installed."""
        engine_for(artifact)

    def free_mb(self) -> float | None:
        return free_mb()

    def start(self, arguments: Sequence[Argument], log: Path, *, guard: Guard, limit_s: float) -> Child:  # noqa: ARG002
        """Begin a command of `edgecv.ondevice`; its end is for who listens to it to see."""
        return Child("edgecv.ondevice", [as_here(each) for each in arguments], log, guard)

    def told(self, text: str) -> str:
        """What it says of files is said in the names that they have here."""
        return text


@contextmanager
def _alone(on_progress: Say | None) -> Iterator[None]:
    """Wait until no other measurement of this user is under way here: two would slow each other."""
    place = Path(tempfile.gettempdir()) / f"edgecv-bench-{os.getuid()}.lock"
    # Not through a link, for where all may write, somebody else may have laid one to a file of ours.
    lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_progress:
                on_progress("waiting for another measurement on this machine")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
