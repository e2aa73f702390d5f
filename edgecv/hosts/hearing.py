"""What a child says, wherever it runs: its progress and its turns for who started it, all else for the log."""

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from edgecv.errors import BY_EXIT_CODE, EdgecvError, InputError, Unavailable
from edgecv.ondevice.child import ERROR, PROGRESS, TURN

TAIL = 200  # lines in which a child's error is looked for


class ChildFailed(EdgecvError):
    """A child process met a bug, its own or a vendor's."""


class TimedOut(Unavailable):
    """A child process was ended because it took too long."""


class Lost(Unavailable):
    """The line to a board was cut and did not come back: nothing more can be had from there."""


def _as_it_is(text: str) -> str:
    return text


class Hearing:
    """Takes bytes as they come, and gives the lines that are for its listener."""

    def __init__(self, module: str, log: Path, told: Callable[[str], str] = _as_it_is) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._module, self._path, self._told = module, log, told
        self._log = log.open("ab")
        self._unfinished = b""
        self._tail: deque[str] = deque(maxlen=TAIL)

    def take(self, content: bytes) -> Iterator[str]:
        """The lines of progress and turns among what came; nothing at all came at the end."""
        *lines, self._unfinished = (self._unfinished + (content or b"\n")).split(b"\n")
        for each in lines:
            line = self._told(each.decode(errors="replace").rstrip("\r"))
            if line.startswith((PROGRESS, TURN)):
                yield line
            elif line or content:
                self._note(line)

    def close(self) -> None:
        self._log.close()

    def error(self, code: int) -> BaseException:
        """What a child meant that ended with this exit code."""
        return _error(self._module, code, list(self._tail), self._path)

    def _note(self, line: str) -> None:
        self._tail.append(line)
        self._log.write(f"{line}\n".encode())
        self._log.flush()
        if os.environ.get("EDGECV_VERBOSE"):
            sys.stderr.write(f"{line}\n")


def _error(module: str, code: int, tail: list[str], log: Path) -> BaseException:
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
