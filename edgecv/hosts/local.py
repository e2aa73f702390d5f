"""This machine: run a child process, and raise its error as if it had happened here.

Vendor tools run in children, so that a crash or a leak of theirs is a sentence to the user and not the end of edgecv.
What they print goes to a log.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from edgecv.errors import BY_EXIT_CODE, EdgecvError, InputError, Unavailable
from edgecv.ondevice.child import ERROR, FOLLOW, PROGRESS

# `python -m` would put the user's current folder first among the places that modules come from.
START = "import runpy, sys; sys.path.pop(0); runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
GRACE_S = 5.0  # for a child that Ctrl-C has reached too, to write what it has
TAIL = 200  # lines in which a child's error is looked for

Say = Callable[[str], None]


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
    timeout_s: float | None = None,
) -> None:
    """Run a module in a child with this interpreter; its mistakes are raised here."""
    log.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", START, module, *map(str, arguments)],
        stdin=subprocess.PIPE,  # never written: it closes when this process dies, which ends the child
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, FOLLOW: "1", "PYTHONUNBUFFERED": "1"},
    )
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout_s or 0, end)
    tail: deque[str] = deque(maxlen=TAIL)
    try:
        if timeout_s:
            timer.start()
        with log.open("ab") as output:
            _listen(process, output, tail, on_progress)
        code = process.wait()
    except KeyboardInterrupt:
        _wait(process)
        raise
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
    if late.is_set():
        raise TimedOut(f"{module}: no result after {timeout_s:.0f} s; ended")
    if code:
        raise _error(module, code, list(tail), log)


def _listen(process: subprocess.Popen[bytes], output: IO[bytes], tail: deque[str], on_progress: Say | None) -> None:
    verbose = bool(os.environ.get("EDGECV_VERBOSE"))
    assert process.stdout is not None
    for raw in process.stdout:
        line = raw.decode(errors="replace")
        if line.startswith(PROGRESS):
            if on_progress:
                on_progress(line.removeprefix(PROGRESS).rstrip())
            continue
        tail.append(line.rstrip())
        output.write(raw)
        output.flush()
        if verbose:
            sys.stderr.write(line)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _error(module: str, code: int, tail: Sequence[str], log: Path) -> BaseException:
    if code == 130:
        return KeyboardInterrupt()
    if code in BY_EXIT_CODE:
        messages = [line for line in tail if line.startswith(ERROR)]
        return BY_EXIT_CODE[code](messages[-1].removeprefix(ERROR) if messages else f"{module} failed; see {log}")
    if code < 0:
        return InputError(f"{module}: crashed with {signal.Signals(-code).name}; what it printed is in {log}")
    last = next((line for line in reversed(tail) if line.strip()), "it printed nothing")
    return ChildFailed(f"{module}: ended with exit code {code}: {last}; the whole of it is in {log}")
