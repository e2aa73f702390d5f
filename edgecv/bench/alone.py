"""One measurement at a time on this machine: two would slow each other."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(on_progress: Callable[[str], None] | None) -> Iterator[None]:
    """Wait until no other measurement of this user is under way here."""
    with (Path(tempfile.gettempdir()) / f"edgecv-bench-{os.getuid()}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_progress:
                on_progress("waiting for another measurement on this machine")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
