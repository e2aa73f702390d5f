"""How a child process speaks to its parent, on the host and on a board alike.

Progress goes to stdout as lines that start with `progress: `. A mistake ends the child with the exit code of its class
and a last line on stderr that starts with `error: `, from which the parent raises the same error again.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Callable

from edgecv.errors import EdgecvError, from_os_error

PROGRESS = "progress: "
ERROR = "error: "
FOLLOW = "EDGECV_END_WITH_PARENT"  # set by a parent that holds the child's stdin open for as long as it lives


def answer(work: Callable[[], None]) -> int:
    """Do the work of a child process; the result is its exit code."""
    end_with_parent()
    try:
        work()
    except EdgecvError as error:
        return _say(error)
    except OSError as error:
        known = from_os_error(error)
        if known is None:
            raise
        return _say(known)
    except KeyboardInterrupt:
        return 130
    return 0


def _say(error: EdgecvError) -> int:
    print(f"{ERROR}{error}", file=sys.stderr, flush=True)  # noqa: T201
    return error.exit_code


def progress(text: str) -> None:
    """Tell the parent, and through it the user, how far the work is."""
    print(f"{PROGRESS}{text}", flush=True)  # noqa: T201


def end_with_parent() -> None:
    """Where the parent asked for it, end when it is gone: its death closes our stdin."""
    if os.environ.get(FOLLOW):
        threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(0, 4096):
        pass
    os._exit(130)  # the main thread may sit in native code that no exception reaches
