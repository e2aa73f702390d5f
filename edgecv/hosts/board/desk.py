"""What a host can ask of a session, and the answers. Everything may be asked twice, since an answer can be lost."""

from __future__ import annotations

import json
import os
import time
import traceback
from pathlib import Path
from typing import Any, Dict, List, Tuple

from edgecv.errors import EdgecvError, InputError, Unavailable, from_os_error
from edgecv.hosts.board.frames import Message
from edgecv.hosts.board.job import LOG, OUTCOME, Job, interpreter
from edgecv.hosts.board.lease import RENEW_S, Lease
from edgecv.hosts.board.leftovers import clear
from edgecv.hosts.board.locks import locked
from edgecv.hosts.board.memory import Guard
from edgecv.hosts.board.store import Store, pieces_of

MOST = 1 << 19  # bytes of one answer
BUG = 1

Answer = Tuple[Message, bytes]


class Ended(Exception):
    """The host said that it is done."""


class Desk:
    """The session's lease, its files and its jobs."""

    def __init__(self, root: Path, folder: Path, wanted: Message) -> None:
        self._root, self._folder = root, folder
        self._python = interpreter(wanted["python"])
        self._lease = Lease(wanted["session"], wanted["words"])
        self._leased = bool(wanted["returning"]) and self._lease.renew()  # after an earlier keeper, which was killed
        self._renewed = time.monotonic()
        self._store = Store(root)
        self._jobs: Dict[int, Job] = {}
        self._guard = Guard(None, None)

    @property
    def running(self) -> List[Job]:
        return [job for job in self._jobs.values() if not job.ended]

    def look(self) -> None:
        """Look after the jobs and the lease."""
        for job in self.running:
            job.look(self._guard)
        if self._leased and time.monotonic() - self._renewed > RENEW_S:
            self._renewed = time.monotonic()
            self._leased = self._lease.renew()
            for job in [] if self._leased else self.running:
                job.end("the board slept for so long that its lease ran out; ended")

    def clear(self) -> None:
        """End the jobs and give the lease back."""
        for job in self.running:
            job.end("the session was over")
        if self._leased:
            self._store.tidy()
            with locked(self._root / "lock"):  # who slept over the lease that we took is dead by now
                clear(self._folder.parent, self._folder)
        self._lease.release()

    def answer(self, asked: Message, payload: bytes) -> Answer | None:
        """The answer, which may be a refusal; None where there is nothing to tell yet."""
        try:
            answer: Answer | None = getattr(self, f"_do_{asked['do']}")(asked, payload)
            return answer
        except EdgecvError as error:
            return _sentence(error)
        except OSError as error:
            known = from_os_error(error)
            return _sentence(Unavailable(str(known))) if known else _bug()
        except Ended:
            raise
        except Exception:
            return _bug()

    def said(self, asked: Message) -> Answer:
        """What a job said since, and how it ended where that was all. One that an earlier keeper ran has its files."""
        number = int(asked["job"])
        folder, job = self._inside(f"jobs/{number}"), self._jobs.get(number)
        with (folder / LOG).open("rb") as file:
            file.seek(int(asked["since"]))
            content = file.read(MOST)
        if content or (job and not job.ended):
            return {"outcome": None}, content
        return {"outcome": job.outcome if job else _outcome(folder)}, b""

    def _do_lease(self, _asked: Message, _payload: bytes) -> Answer:
        other = self._lease.take()
        self._leased, self._renewed = other is None, time.monotonic()
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
        self._store.lay(asked["files"], self._folder)
        return {}, b""

    def _do_code(self, asked: Message, _payload: bytes) -> Answer:
        self._require_lease()
        return {"folder": str(self._store.code(asked["files"]))}, b""

    def _do_start(self, asked: Message, _payload: bytes) -> Answer:
        self._require_lease()
        number = int(asked["job"])
        if number not in self._jobs:
            if not self.running:
                self._guard = Guard(*asked["memory_mb"])
            path = os.pathsep.join(filter(None, (asked["code"], os.environ.get("PYTHONPATH"))))
            environment = {**os.environ, **asked["environment"], "PYTHONPATH": path}
            command = [self._python, *asked["words"]]
            self._jobs[number] = Job(self._inside(f"jobs/{number}"), command, environment, float(asked["limit_s"]))
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
        answer = self.said(asked)
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

    def _require_lease(self) -> None:
        if not self._leased:
            raise Unavailable("its lease ran out and somebody else may have it now")

    def _inside(self, name: str) -> Path:
        """A place in the session's folder."""
        if name.startswith("/") or ".." in name.split("/"):
            raise InputError(f"{name}: leads out of the session's folder")
        return self._folder / name


def _outcome(folder: Path) -> Dict[str, Any]:
    """Of a job whose keeper was killed: as the keeper wrote it down, if it came to that."""
    try:
        known: Dict[str, Any] = json.loads((folder / OUTCOME).read_bytes())
    except (OSError, ValueError):
        known = {"code": None, "reason": "the process that looked after it was killed"}
    return known


def _sentence(error: EdgecvError) -> Answer:
    return {"error": str(error), "code": error.exit_code}, b""


def _bug() -> Answer:
    return {"error": traceback.format_exc(), "code": BUG}, b""
