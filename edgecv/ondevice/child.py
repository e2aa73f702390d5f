"""How a child process speaks to its parent, on the host and on a board alike.

Progress goes to stdout as lines that start with `progress: `. A mistake ends the child with the exit code of its class
and a last line on stderr that starts with `error: `, from which the parent raises the same error again. A child that
takes turns with others asks with a line that starts with `turn: `; the answer is a line on its stdin.
"""

from __future__ import annotations

import os
import sys
import threading
from queue import SimpleQueue
from typing import Callable

from edgecv.errors import EdgecvError, from_os_error

PROGRESS = "progress: "
ERROR = "error: "
TURN = "turn: "
UNHEARD = 141  # the exit code that shells give to what SIGPIPE has ended
FOLLOW = "EDGECV_END_WITH_PARENT"  # set by a parent that holds the child's stdin open for as long as it lives

_answers: SimpleQueue[str] = SimpleQueue()


def answer(work: Callable[[], None]) -> int:
    """Do the work of a child process; the result is its exit code."""
    end_with_parent()
    try:
        _told_to_the_end(work)
    except EdgecvError as error:
        return _say(error)
    except BrokenPipeError:  # nobody reads on, as behind `| head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would complain once more, at its end
        return UNHEARD
    except OSError as error:
        known = from_os_error(error)
        if known is None:
            raise
        return _say(known)
    except KeyboardInterrupt:
        return 130
    return 0


def _told_to_the_end(work: Callable[[], None]) -> None:
    """Do it, and have out what it printed, the help of a command among it, while a mistake can still be answered."""
    try:
        work()
    finally:
        if sys.stdout:  # there is none where it was closed from the beginning
            sys.stdout.flush()


def _say(error: EdgecvError) -> int:
    print(f"{ERROR}{error}", file=sys.stderr, flush=True)  # noqa: T201
    return error.exit_code


def progress(text: str) -> None:
    """Tell the parent, and through it the user, how far the work is."""
    print(f"{PROGRESS}{text}", flush=True)  # noqa: T201


def ask(text: str) -> str:
    """Ask the parent, and sleep until it answers. Only a child that ends with its parent can be answered."""
    print(f"{TURN}{text}", flush=True)  # noqa: T201
    return _answers.get()


def end_with_parent() -> None:
    """Where the parent asked for it, end when it is gone: its death closes our stdin."""
    if os.environ.get(FOLLOW):
        threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    rest = b""
    while True:
        read = os.read(0, 4096)
        if not read:
            os._exit(130)  # the main thread may sit in native code that no exception reaches
        *lines, rest = (rest + read).split(b"\n")
        for line in lines:
            _answers.put(line.decode())
