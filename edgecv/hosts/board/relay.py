"""The process at the board's end of ssh: it starts the session's keeper, or finds it again, and passes bytes on.

It may die with its line at any moment; the keeper is in a session of its own and does not notice more than silence.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List

from edgecv.errors import EdgecvError, Unavailable, from_os_error
from edgecv.hosts.board.facts import facts
from edgecv.hosts.board.frames import Message, framed
from edgecv.hosts.board.keeper import Keeper
from edgecv.hosts.board.leftovers import ALIVE, SESSIONS, clear
from edgecv.hosts.board.locks import is_free, locked

SOCKET = "socket"
BLOCK = 1 << 16
CONNECT_S = 10.0  # to a keeper that may be stopped, or so busy that it seems to be


def main(wanted: Dict[str, Any]) -> None:
    """Do what a host asks with its first words: say what the board has, or open a session, or come back to one."""
    root = _root()
    try:
        line = _line_to_keeper(root, wanted) if wanted["session"] else None
        answer: Message = {"facts": facts(root), "folder": str(_folder(root, wanted)) if line else ""}
    except EdgecvError as error:
        line, answer = None, {"error": str(error), "code": error.exit_code}
    except OSError as error:
        known = from_os_error(error)
        if known is None:
            raise
        line, answer = None, {"error": str(known), "code": Unavailable.exit_code}
    _write_all(1, framed(answer, mark=wanted["mark"]))
    if line:
        _pass_on(line)


def _root() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(cache) / "edgecv" / "board"


def _folder(root: Path, wanted: Dict[str, Any]) -> Path:
    return root / SESSIONS / str(wanted["session"])


def _line_to_keeper(root: Path, wanted: Dict[str, Any]) -> socket.socket:
    folder = _folder(root, wanted)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(root / "lock"):
        clear(folder.parent, folder)
        if wanted["returning"] and not folder.is_dir():
            raise Unavailable("the session is over there: the board was started anew, or waited too long for its host")
        folder.mkdir(exist_ok=True)
        os.chdir(str(folder))  # the name of a socket has to be short
        if is_free(Path(ALIVE)):
            _start_keeper(root, folder, wanted)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(CONNECT_S)
    try:
        line.connect(SOCKET)
    except OSError as error:
        raise Unavailable(f"what looks after the session there does not answer: {error}") from error
    line.settimeout(None)
    return line


def _start_keeper(root: Path, folder: Path, wanted: Dict[str, Any]) -> None:
    """Its lock is held from here on, so that nobody takes its folder for a leftover."""
    alive = os.open(ALIVE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(alive, fcntl.LOCK_EX)
    with suppress(FileNotFoundError):
        os.unlink(SOCKET)  # noqa: PTH108
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(SOCKET)
    listener.listen(4)
    sys.stdout.flush()
    if os.fork():
        listener.close()
        os.close(alive)
        return
    code = 1
    try:
        os.setsid()
        _close_all_but(alive, listener.fileno())
        Keeper(root, folder, listener, wanted).keep()
        code = 0
    finally:
        os._exit(code)


def _close_all_but(*kept: int) -> None:
    """The line's end above all: ssh stays for as long as anybody holds it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - their numbers are names
        if int(name) > 2 and int(name) not in kept:
            with suppress(OSError):
                os.close(int(name))


def _pass_on(line: socket.socket) -> None:
    """Bytes from ssh to the keeper and back, until either is gone."""
    ears: List[Any] = [0, line]
    while True:
        ready, _, _ = select.select(ears, [], [])
        with suppress(ConnectionError):
            if 0 in ready:
                content = os.read(0, BLOCK)
                if not content:
                    return
                line.sendall(content)
            if line in ready:
                content = line.recv(BLOCK)
                if not content:
                    return
                _write_all(1, content)
            continue
        return


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
