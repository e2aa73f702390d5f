"""Who may use the board: one session at a time, whatever account it came by.

The lease is a file in the folder of temporary files, which all accounts share. It is written under a lock of the
kernel, so that of two that come at once one is first. Its holder renews it; one that is not renewed in time is stale,
and so is one whose holder is dead, or from before the last start of the board. Time is counted since that start: a
clock that is set anew, as that of a board without a battery is when it finds the network, changes nothing.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict

from edgecv.hosts.board.leftovers import SESSIONS
from edgecv.hosts.board.locks import locked_by_all

TERM_S = 60.0
RENEW_S = 10.0

Words = Dict[str, Any]


def place() -> Path:
    return Path(tempfile.gettempdir()) / "edgecv.lease"


def holder() -> Words | None:
    """Who has the board now, and for how long unless it is renewed."""
    try:
        words = _parsed(place().read_bytes())
    except OSError:
        return None
    return None if _stale(words) else {**words, "expires_in_s": float(words["expires"]) - _now()}


class Lease:
    """What one session has or wants; `words` tell others whose it is and what for."""

    def __init__(self, session: str, words: Words) -> None:
        self._session, self._words = session, words
        self._since = time.time()  # for people to read

    def take(self) -> Words | None:
        """Take or renew it. The result is who has it instead, or None where it is ours."""
        with locked_by_all(place()) as handle:
            found = _read(handle)
            if found.get("session") != self._session and not _stale(found):
                return found
            if found.get("session") not in (None, self._session):
                _end_what_is_left(found)
            _write(handle, self._told())
        return None

    def renew(self) -> bool:
        """Hold it for another term; False where it was taken over, because we had been asleep for too long."""
        with locked_by_all(place()) as handle:
            if _read(handle).get("session") != self._session:
                return False
            _write(handle, self._told())
        return True

    def release(self) -> None:
        """Give it back, unless it is somebody else's by now."""
        with locked_by_all(place()) as handle:
            if _read(handle).get("session") in (None, self._session):
                os.ftruncate(handle, 0)
                with suppress(PermissionError):  # the file of another account, which may be used but not removed
                    place().unlink()

    def _told(self) -> Words:
        return {
            **self._words,
            "session": self._session,
            "since": self._since,
            "boot": _boot(),
            "expires": _now() + TERM_S,
            "pid": os.getpid(),
            "began": began(os.getpid()),
            "numbered_by": _numbered_by(),
        }


def _stale(words: Words) -> bool:
    try:
        return bool(words["boot"] != _boot() or _now() >= float(words["expires"]) or _is_gone(words))
    except (KeyError, TypeError, ValueError):  # nobody's, or half written by a process that died over it
        return True


def _is_gone(words: Words) -> bool:
    """Whether the holder has ended without a word; of one in another container nobody knows."""
    if words.get("numbered_by") != _numbered_by() or not isinstance(words.get("pid"), int):
        return False
    try:
        os.kill(words["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:  # another account's
        return False
    return False


def _end_what_is_left(stale: Words) -> None:
    """A holder that sleeps must not wake up into our measurement; what it started ends with it."""
    pid = stale.get("pid")
    if not isinstance(pid, int) or pid in (1, os.getpid()):
        return
    if stale.get("boot") == _boot() and stale.get("began") == began(pid) and _keeps(pid, str(stale.get("session"))):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _keeps(pid: int, session: str) -> bool:
    """Whether a process works in the folder of that session: any account may write the lease, with any number in it."""
    try:
        folder = Path(os.readlink(f"/proc/{pid}/cwd"))  # noqa: PTH115 - it is a name, and may be gone
    except OSError:
        return False
    return (folder.parent.name, folder.name) == (SESSIONS, session)


def began(pid: int) -> str:
    """When a process was started: together with its number it names one process of this start of the machine."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "gone"


def _numbered_by() -> str:
    """The namespace of process numbers, which every container has its own of."""
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it leads nowhere
    except OSError:
        return str(os.urandom(8))  # not known, and so equal to none


def _read(handle: int) -> Words:
    return _parsed(os.pread(handle, 1 << 16, 0))


def _parsed(content: bytes) -> Words:
    try:
        words = json.loads(content)
    except ValueError:
        return {}
    return words if isinstance(words, dict) else {}


def _write(handle: int, words: Words) -> None:
    content = json.dumps(words).encode()
    os.pwrite(handle, content, 0)
    os.ftruncate(handle, len(content))


def _now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
