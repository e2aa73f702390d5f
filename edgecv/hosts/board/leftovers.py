"""The folders of sessions whose keeper was killed, and whose host never came back to start another."""

from __future__ import annotations

import shutil
from pathlib import Path

from edgecv.hosts.board.locks import is_free

SESSIONS = "sessions"  # where the folders are, each with the name of its session
ALIVE = "alive"  # a file that the keeper of a session holds the lock of for as long as it lives


def clear(sessions: Path, mine: Path) -> None:
    """Remove them. Called under the lock that a session is opened with, so that none is taken for dead too early."""
    for other in sessions.iterdir():
        if other != mine and is_free(other / ALIVE):
            shutil.rmtree(str(other), ignore_errors=True)
