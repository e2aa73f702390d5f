"""Which cores a measurement runs on.

Left alone it may run on all that it inherits: that is how most applications run, and a process that is tied to a core
cannot step aside when something else wants that core. To tie it is right where cores differ, or where the application
will be tied, too. Either way the record says which cores it had.
"""

from __future__ import annotations

import os
from typing import Sequence, Tuple

from edgecv.errors import InputError, Unavailable


def keep_to(wished: Sequence[int]) -> None:
    """Keep the threads there are, and those they will start, to these cores; where none are named, all as it is."""
    if not wished:
        return
    if not hasattr(os, "sched_setaffinity"):
        raise Unavailable("--affinity: this operating system cannot keep a process to cores; leave it out")
    if not set(wished) <= set(allowed()):
        here, got = (",".join(map(str, numbers)) for numbers in (allowed(), wished))
        raise InputError(f"--affinity: expected cores among {here}, got '{got}'")
    for thread in os.listdir("/proc/self/task"):  # noqa: PTH208 - their numbers are names
        os.sched_setaffinity(int(thread), wished)


def allowed() -> Tuple[int, ...]:
    """The cores that this thread may use; empty where the operating system does not tell."""
    return tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()
