"""This machine: run a child process, and raise its error as if it had happened here.

Vendor tools run in children, so that a crash, a leak or a hang of theirs is a sentence to the user and not the end of
edgecv. What they print goes to a log.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from edgecv.errors import BY_EXIT_CODE, EdgecvError, InputError, Unavailable
from edgecv.ondevice.child import ERROR, FOLLOW, PROGRESS


class ChildFailed(EdgecvError):
    """A child process met a bug, its own or a vendor's."""


class TimedOut(Unavailable):
    """A child process was ended because it took too long."""


def run_module(
    module: str,
    arguments: Sequence[object],
    *,
    log: Path,
    on_progress: Callable[[str], None] | None = None,
    timeout_s: float | None = None,
) -> None:
    """Run `python -m module` in a child with this interpreter; its mistakes are raised here."""
    argv = [sys.executable, "-m", module, *map(str, arguments)]
    log.parent.mkdir(parents=True, exist_ok=True)
    start = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        code = _run(argv, output, on_progress, timeout_s)
    if code:
        raise _error(module, code, log, start)


def _run(
    argv: Sequence[str], output: IO[bytes], on_progress: Callable[[str], None] | None, timeout_s: float | None
) -> int:
    verbose = bool(os.environ.get("EDGECV_VERBOSE"))
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,  # never written: it closes when this process dies, which ends the child
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, FOLLOW: "1", "PYTHONUNBUFFERED": "1"},
    )
    timer = threading.Timer(timeout_s, process.kill) if timeout_s else None
    try:
        if timer:
            timer.start()
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(PROGRESS.encode()):
                if on_progress:
                    on_progress(line.decode(errors="replace").removeprefix(PROGRESS).rstrip())
            else:
                output.write(line)
                output.flush()
                if verbose:
                    sys.stderr.write(line.decode(errors="replace"))
        code = process.wait()
        if timer and not timer.is_alive() and code == -signal.SIGKILL:
            raise TimedOut(f"{argv[2]}: no result after {timeout_s:.0f} s; ended")
        return code
    finally:  # Ctrl-C must not leave the child at work
        if timer:
            timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _error(module: str, code: int, log: Path, start: int) -> EdgecvError:
    if code == 130:
        raise KeyboardInterrupt
    with log.open("rb") as file:
        file.seek(start)
        said = file.read().decode(errors="replace")
    if code in BY_EXIT_CODE:
        messages = [line for line in said.splitlines() if line.startswith(ERROR)]
        return BY_EXIT_CODE[code](messages[-1].removeprefix(ERROR) if messages else f"{module} failed; see {log}")
    if code < 0:
        return InputError(f"{module}: crashed with {signal.Signals(-code).name}; what it printed is in {log}")
    last = said.strip().splitlines()[-1] if said.strip() else "it printed nothing"
    return ChildFailed(f"{module}: ended with exit code {code}: {last}; the whole of it is in {log}")
