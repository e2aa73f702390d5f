"""The one who looks after a session on a board, with a line to the host or without.

Once nothing was heard for as long as the host said that it would try, the work is ended. Whatever ends a session,
nothing of it stays.
"""

from __future__ import annotations

import select
import shutil
import signal
import socket
import time
from pathlib import Path
from types import FrameType
from typing import Any, List, Tuple

from edgecv.hosts.board.desk import Desk, Ended
from edgecv.hosts.board.frames import Frames, Message, framed

LOOK_S = 0.5  # between two looks at children and their memory
IDLE_S = 5.0  # between two looks at nothing but the clock
STUCK_S = 30.0  # for a line that takes no more
FIRST_S = 30.0  # for a host whose line was cut before it heard that we are here


class Keeper:
    def __init__(self, root: Path, folder: Path, listener: socket.socket, wanted: Message) -> None:
        self._folder, self._listener, self._mark = folder, listener, wanted["mark"]
        self._desk = Desk(root, folder, wanted)
        self._wanted_patience_s = float(wanted["patience_s"])
        self._patience_s = min(FIRST_S, self._wanted_patience_s)
        self._line: socket.socket | None = None
        self._frames = Frames()
        self._heard = time.monotonic()
        self._last: Message | None = None
        self._waiting: Tuple[Message, float] | None = None  # a question to answer when there is something to tell

    def keep(self) -> None:
        """Until the host is done, or was not heard for too long."""
        signal.signal(signal.SIGTERM, _end)
        try:
            while time.monotonic() - self._heard < self._patience_s:
                self._round()
        except Ended:
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            try:
                self._desk.clear()
            finally:
                shutil.rmtree(str(self._folder), ignore_errors=True)
        if self._last:  # answered now, so that whoever comes next finds the board free
            self._send(self._last, {}, b"")

    def _round(self) -> None:
        running = self._desk.running
        ears: List[Any] = [self._listener, *([self._line] if self._line else []), *running]
        ready, _, _ = select.select(ears, [], [], self._pause_s(LOOK_S if running else IDLE_S))
        if self._listener in ready:
            self._meet()
        elif self._line and self._line in ready:
            self._listen()
        self._desk.look()
        self._answer_later()

    def _pause_s(self, pause_s: float) -> float:
        return min(pause_s, max(0.0, self._waiting[1] - time.monotonic())) if self._waiting else pause_s

    def _meet(self) -> None:
        """A host that comes back is the one to speak with, and has forgotten what it asked before."""
        self._lose()
        self._line, _ = self._listener.accept()
        self._line.settimeout(STUCK_S)
        self._frames = Frames()
        self._heard = time.monotonic()

    def _listen(self) -> None:
        assert self._line
        try:
            content = self._line.recv(1 << 16)
        except OSError:
            content = b""
        if not content:
            self._lose()
            return
        self._heard, self._patience_s = time.monotonic(), self._wanted_patience_s
        self._frames.feed(content)
        try:
            while self._line and (asked := self._frames.next()):
                self._answer(*asked)
        except (ValueError, KeyError):  # no question of ours; the host asks again on a new line
            self._lose()

    def _lose(self) -> None:
        if self._line:
            self._line.close()
        self._line = self._waiting = None

    def _answer(self, asked: Message, payload: bytes) -> None:
        try:
            answer = self._desk.answer(asked, payload)
        except Ended:
            self._last = asked
            raise
        if answer is None:
            self._waiting = asked, time.monotonic() + float(asked["wait_s"])
        else:
            self._send(asked, *answer)

    def _answer_later(self) -> None:
        if self._waiting:
            asked, until = self._waiting
            answer = self._desk.said(asked)
            if answer[1] or answer[0]["outcome"] or time.monotonic() >= until:
                self._waiting = None
                self._send(asked, *answer)

    def _send(self, asked: Message, message: Message, payload: bytes) -> None:
        assert self._line
        try:
            self._line.sendall(framed({**message, "number": asked["number"]}, payload, self._mark))
        except OSError:
            self._lose()


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise Ended
