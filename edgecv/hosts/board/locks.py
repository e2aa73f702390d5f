"""Locks that the kernel holds, so that they die with their process."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold the lock of a file that stays."""
    handle = os.open(str(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)  # said, because a fork may hold the same file
        os.close(handle)


@contextmanager
def locked_by_all(path: Path) -> Iterator[int]:
    """Hold the lock of a file that comes and goes, and that every account of this machine may write."""
    while True:
        handle = _open(path)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_still(handle, path):
            break
        os.close(handle)
    try:
        yield handle
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    """Without O_CREAT where it is there: many a system refuses that for a file of another account in /tmp."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        with suppress(FileNotFoundError):
            return os.open(str(path), flags)
        with suppress(FileExistsError):
            handle = os.open(str(path), flags | os.O_CREAT | os.O_EXCL)
            os.fchmod(handle, 0o666)  # past the umask
            return handle


def _is_still(handle: int, path: Path) -> bool:
    """Whether the name still leads to the file that was opened: it may have been removed while we waited."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(str(path)))  # noqa: PTH116
    except FileNotFoundError:
        return False


def is_free(path: Path) -> bool:
    """Whether no living process holds the lock of a file."""
    try:
        handle = os.open(str(path), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
