"""This machine: run a child process, and raise its error as if it had happened here.

Vendor tools run in children, so that a crash or a leak of theirs is a sentence to the user and not the end of edgecv.
What they print goes to a log.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from edgecv.errors import BY_EXIT_CODE, EdgecvError, InputError, Unavailable
from edgecv.ondevice.child import ERROR, FOLLOW, PROGRESS, TURN

# `python -m` would put the user's current folder first among the places that modules come from.
START = "import runpy, sys; sys.path.pop(0); runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
GRACE_S = 5.0  # for a child that Ctrl-C has reached too, to write what it has
TAIL = 200  # lines in which a child's error is looked for
LOOK_S = 0.2  # between two looks at a silent child

Say = Callable[[str], None]
Watch = Callable[[int], None]  # given the process id; raises when it has seen enough


class ChildFailed(EdgecvError):
    """A child process met a bug, its own or a vendor's."""


class TimedOut(Unavailable):
    """A child process was ended because it took too long."""


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

    def __init__(self, module: str, arguments: Sequence[object], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.module, self.log = module, log
        self._output = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-c", START, module, *map(str, arguments)],
            stdin=subprocess.PIPE,  # it closes when this process dies, which ends the child
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, FOLLOW: "1", "PYTHONUNBUFFERED": "1"},
        )
        self.pid = self._process.pid
        self._unfinished = b""
        self._ready: deque[str] = deque()  # lines that nobody has asked for yet
        self._tail: deque[str] = deque(maxlen=TAIL)

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
        for pipe in (self._process.stdin, self._process.stdout, self._output):
            if pipe:
                pipe.close()

    def lines(self, silent_s: Callable[[], float] | None = None, watch: Watch | None = None) -> Iterator[str]:
        """What it says of its progress and its turns, until it ends; whatever else it prints is written to the log.

        Where it says nothing of that kind for `silent_s`, TimedOut is raised. `watch` is called several times a second.
        """
        heard = time.monotonic()
        while self._read(LOOK_S if watch or silent_s else None):
            if watch:
                watch(self.pid)
            while self._ready:
                line = self._ready.popleft()
                if line.startswith((PROGRESS, TURN)):
                    heard = time.monotonic()
                    yield line
                else:
                    self._note(line)
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
            raise _error(self.module, code, list(self._tail), self.log)

    def _read(self, patience_s: float | None) -> bool:
        """Take the lines that came, if any did so soon; False at the end."""
        pipe = self._process.stdout
        assert pipe is not None
        if self._ready:
            return True
        ready, _, _ = select.select([pipe], [], [], patience_s)
        if not ready:
            return True
        content = os.read(pipe.fileno(), 1 << 16)
        if not content and not self._unfinished:
            return False
        *lines, self._unfinished = (self._unfinished + (content or b"\n")).split(b"\n")
        self._ready.extend(line.decode(errors="replace").rstrip("\r") for line in lines)
        return True

    def _note(self, line: str) -> None:
        self._tail.append(line)
        self._output.write(f"{line}\n".encode())
        self._output.flush()
        if os.environ.get("EDGECV_VERBOSE"):
            sys.stderr.write(f"{line}\n")

    def _wait(self) -> None:
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


def _error(module: str, code: int, tail: Sequence[str], log: Path) -> BaseException:
    if code == 130:
        return KeyboardInterrupt()
    if code in BY_EXIT_CODE:
        messages = [line for line in tail if line.startswith(ERROR)]
        return BY_EXIT_CODE[code](messages[-1].removeprefix(ERROR) if messages else f"{module} failed; see {log}")
    if code == -signal.SIGKILL:
        return InputError(f"{module}: killed (SIGKILL), as the system does when its memory runs out; see {log}")
    if code < 0:
        return InputError(f"{module}: crashed with {signal.Signals(-code).name}; what it printed is in {log}")
    last = next((line for line in reversed(tail) if line.strip()), "it printed nothing")
    return ChildFailed(f"{module}: ended with exit code {code}: {last}; the whole of it is in {log}")
