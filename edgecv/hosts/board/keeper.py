"""The one who looks after a session on a board, with a line to the host or without.

A host asks, and asks again where an answer was lost: everything it can ask may be said twice. Once nothing was heard
for as long as the host said that it would try, the work is ended. Whatever ends a session, nothing of it stays.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, Dict, List, Tuple

from edgecv.errors import EdgecvError, InputError, Unavailable, from_os_error
from edgecv.hosts.board.frames import Frames, Message, framed
from edgecv.hosts.board.job import LOG, OUTCOME, Job, interpreter
from edgecv.hosts.board.lease import RENEW_S, Lease
from edgecv.hosts.board.leftovers import clear
from edgecv.hosts.board.locks import locked
from edgecv.hosts.board.memory import Guard
from edgecv.hosts.board.store import Store, pieces_of

LOOK_S = 0.5  # between two looks at children and their memory
IDLE_S = 5.0  # between two looks at nothing but the clock
FIRST_S = 30.0  # for a host whose line was cut before it heard that we are here
MOST = 1 << 19  # bytes of one answer
BUG = 1

Answer = Tuple[Message, bytes]


class Ended(Exception):
    """The host said that it is done."""


class Keeper:
    def __init__(self, root: Path, folder: Path, listener: socket.socket, wanted: Message) -> None:
        self._root, self._folder, self._listener = root, folder, listener
        self._mark, self._python = wanted["mark"], interpreter(wanted["python"])
        self._patience_s = min(FIRST_S, float(wanted["patience_s"]))
        self._wanted_patience_s = float(wanted["patience_s"])
        self._lease = Lease(wanted["session"], wanted["words"])
        self._leased = bool(wanted["returning"]) and self._lease.renew()  # after an earlier keeper, which was killed
        self._store = Store(root)
        self._jobs: Dict[int, Job] = {}
        self._guard = Guard(None, None)
        self._line: socket.socket | None = None
        self._frames = Frames()
        self._heard = self._renewed = time.monotonic()
        self._waiting: Tuple[Message, float] | None = None  # a question that is answered when there is something to say

    def keep(self) -> None:
        """Until the host is done, or was not heard for too long."""
        signal.signal(signal.SIGTERM, _leave)
        try:
            while time.monotonic() - self._heard < self._patience_s:
                self._round()
        except Ended:
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self._leave()

    def _leave(self) -> None:
        for job in self._jobs.values():
            job.end("the session was over")
        if self._leased:
            self._store.tidy()
            with locked(self._root / "lock"):  # the one whose lease we took over slept until now, and is dead
                clear(self._folder.parent, self._folder)
        self._lease.release()
        shutil.rmtree(str(self._folder), ignore_errors=True)

    def _round(self) -> None:
        running = [job for job in self._jobs.values() if not job.ended]
        ears: List[Any] = [self._listener, *([self._line] if self._line else []), *running]
        ready, _, _ = select.select(ears, [], [], self._pause(bool(running)))
        if self._listener in ready:
            self._meet()
        elif self._line and self._line in ready:
            self._listen()
        for job in running:
            job.look(self._guard)
        if self._leased and time.monotonic() - self._renewed > RENEW_S:
            self._renew()
        self._answer_later()

    def _pause(self, running: bool) -> float:
        pause = LOOK_S if running else IDLE_S
        return min(pause, max(0.0, self._waiting[1] - time.monotonic())) if self._waiting else pause

    def _meet(self) -> None:
        """A host that comes back is the one to speak with, and has forgotten what it asked before."""
        if self._line:
            self._line.close()
        self._line, _ = self._listener.accept()
        self._line.settimeout(IDLE_S * 6)
        self._frames, self._waiting = Frames(), None
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
            answer = getattr(self, f"_do_{asked['do']}")(asked, payload)
        except EdgecvError as error:
            answer = _sentence(error)
        except OSError as error:
            known = from_os_error(error)
            answer = _sentence(Unavailable(str(known))) if known else _bug()
        except Ended:
            self._send(asked, {}, b"")
            raise
        except Exception:
            answer = _bug()
        if answer is None:
            self._waiting = asked, time.monotonic() + float(asked["wait_s"])
        else:
            self._send(asked, *answer)

    def _send(self, asked: Message, message: Message, payload: bytes) -> None:
        assert self._line
        try:
            self._line.sendall(framed({**message, "number": asked["number"]}, payload, self._mark))
        except OSError:
            self._lose()

    def _answer_later(self) -> None:
        if self._waiting:
            asked, until = self._waiting
            answer = self._said(asked)
            if answer[1] or answer[0]["outcome"] or time.monotonic() >= until:
                self._waiting = None
                self._send(asked, *answer)

    def _renew(self) -> None:
        self._renewed = time.monotonic()
        if not self._lease.renew():
            self._leased = False
            for job in self._jobs.values():
                job.end("the board slept for so long that its lease ran out; ended")

    # What a host can ask for, by the word after `_do_`.

    def _do_lease(self, _asked: Message, _payload: bytes) -> Answer:
        other = self._lease.take()
        self._leased = other is None
        if self._leased:
            self._renewed = time.monotonic()
        return {"holder": other}, b""

    def _do_lacking(self, asked: Message, _payload: bytes) -> Answer:
        self._require_lease()
        lacking = self._store.lacking(asked["sizes"])
        missing = sum(asked["sizes"][digest] - there for digest, there in lacking.items())
        if lacking:
            self._store.make_room(missing, list(asked["sizes"]))
        return {"lacking": lacking}, b""

    def _do_put(self, asked: Message, payload: bytes) -> Answer:
        self._require_lease()
        at = 0
        for digest, offset, length, size in asked["pieces"]:
            self._store.put(digest, offset, payload[at : at + length], size)
            at += length
        return {}, b""

    def _do_lay(self, asked: Message, _payload: bytes) -> Answer:
        self._store.lay(asked["files"], self._inside(asked["place"]))
        return {}, b""

    def _do_code(self, asked: Message, _payload: bytes) -> Answer:
        self._require_lease()
        return {"folder": str(self._store.code(asked["files"]))}, b""

    def _do_start(self, asked: Message, _payload: bytes) -> Answer:
        self._require_lease()
        number = int(asked["job"])
        if number not in self._jobs:
            if not any(not job.ended for job in self._jobs.values()):
                self._guard = Guard(*asked["memory_mb"])
            path = os.pathsep.join(filter(None, (asked["code"], os.environ.get("PYTHONPATH"))))
            environment = {**os.environ, **asked["environment"], "PYTHONPATH": path}
            folder = self._inside(f"jobs/{number}")
            command = [self._python, *asked["words"]]
            self._jobs[number] = Job(folder, command, environment, float(asked["limit_s"]))
        return {}, b""

    def _do_tell(self, asked: Message, _payload: bytes) -> Answer:
        job = self._jobs.get(int(asked["job"]))
        if job:
            job.tell(int(asked["told"]), str(asked["line"]))
        return {}, b""

    def _do_end(self, asked: Message, _payload: bytes) -> Answer:
        job = self._jobs.get(int(asked["job"]))
        if job:
            job.end("ended by its host", gently=bool(asked["gently"]))
        return {}, b""

    def _do_follow(self, asked: Message, _payload: bytes) -> Answer | None:
        answer = self._said(asked)
        return answer if answer[1] or answer[0]["outcome"] else None

    def _do_list(self, asked: Message, _payload: bytes) -> Answer:
        return {"files": list(pieces_of(self._inside(asked["place"])))}, b""

    def _do_get(self, asked: Message, _payload: bytes) -> Answer:
        content = []
        for name, offset, length in asked["pieces"]:
            with self._inside(name).open("rb") as file:
                file.seek(offset)
                content.append(file.read(length))
        return {}, b"".join(content)

    def _do_leave(self, _asked: Message, _payload: bytes) -> Answer:
        raise Ended

    def _said(self, asked: Message) -> Answer:
        """What a job said since, and how it ended where that was all. One that an earlier keeper ran has its files."""
        number = int(asked["job"])
        folder, job = self._inside(f"jobs/{number}"), self._jobs.get(number)
        with (folder / LOG).open("rb") as file:
            file.seek(int(asked["since"]))
            content = file.read(MOST)
        if content or (job and not job.ended):
            return {"outcome": None}, content
        return {"outcome": job.outcome if job else _outcome(folder)}, b""

    def _require_lease(self) -> None:
        if not self._leased:
            raise Unavailable("its lease ran out and somebody else has it now")

    def _inside(self, name: str) -> Path:
        """A place in the session's folder."""
        if name.startswith("/") or ".." in name.split("/"):
            raise InputError(f"{name}: leads out of the session's folder")
        return self._folder / name


def _outcome(folder: Path) -> Dict[str, Any]:
    """Of a job whose keeper was killed: whether it had ended is told by its file, or else by what it has written."""
    try:
        known: Dict[str, Any] = json.loads((folder / OUTCOME).read_bytes())
    except (OSError, ValueError):
        known = {"code": None, "reason": "the process that looked after it was killed"}
    return known


def _sentence(error: EdgecvError) -> Answer:
    return {"error": str(error), "code": error.exit_code}, b""


def _bug() -> Answer:
    return {"error": traceback.format_exc(), "code": BUG}, b""


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise Ended
