"""One child on the board: what it says goes to a file, from which a host reads on after the line was cut."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, Sequence

from edgecv.errors import EdgecvError, from_os_error
from edgecv.hosts.board.memory import Guard
from edgecv.records.files import write_json

GRACE_S = 5.0  # for a child that was interrupted, to write what it has
BLOCK = 1 << 16
MOST_SAID = 64 << 20  # bytes: a child that prints without end must not fill the board's disk
LOG, OUTCOME = "log", "outcome.json"


class Job:
    """It ends by itself, at its limit of time or memory, when it is told to, and with the keeper."""

    def __init__(self, folder: Path, command: Sequence[str], environment: Dict[str, str], limit_s: float) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._log = (folder / LOG).open("ab")
        self._deadline, self._limit_s = time.monotonic() + limit_s, limit_s
        self._told = 0  # answers that were passed on
        self._said = 0  # bytes
        self.ended = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # it closes when the keeper dies, which ends the child
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=str(folder),
            start_new_session=True,
        )
        assert self._process.stdout
        self._pipe = self._process.stdout.fileno()
        os.set_blocking(self._pipe, False)

    def fileno(self) -> int:
        """The pipe that it speaks through, for `select`."""
        return self._pipe

    def tell(self, number: int, line: str) -> None:
        """Answer what it asked, once: an answer whose receipt was lost comes again."""
        if number != self._told + 1 or self.ended:
            return
        self._told = number
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()

    def look(self, guard: Guard) -> None:
        """Take what it said, see whether it has ended, and end it where it is beyond a limit."""
        if self.ended:
            return
        try:
            self._listen()
            if self._process.poll() is not None:
                self._end("")
                return
            if self._said > MOST_SAID:
                self.end(f"it printed more than {MOST_SAID >> 20} MB; ended")
            elif time.monotonic() > self._deadline:
                self.end(f"it took longer than the {self._limit_s:.0f} s it is allowed; ended")
            else:
                guard.watch(self._process.pid)
        except EdgecvError as error:
            self.end(str(error))
        except OSError as error:
            known = from_os_error(error)
            self.end(str(known or error))

    def end(self, reason: str, *, gently: bool = False) -> None:
        """End it now, or after it had a moment to write what it has."""
        if self.ended:
            return
        if gently:
            self._signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_S)
        self._end(reason)

    def _end(self, reason: str) -> None:
        self._signal(signal.SIGKILL)  # whatever it started, too
        code = self._process.wait()
        with suppress(OSError):
            self._listen()
        self.ended = True
        for file in (self._process.stdin, self._process.stdout, self._log):
            with suppress(OSError):
                assert file
                file.close()
        with suppress(OSError):  # a full disk: the keeper knows it all the same, as long as it lives
            write_json(self._folder / OUTCOME, {"code": code, "reason": reason})
        self.outcome: Dict[str, Any] = {"code": code, "reason": reason}

    def _listen(self) -> None:
        with suppress(BlockingIOError):
            for content in iter(lambda: os.read(self._pipe, BLOCK), b""):
                self._log.write(content)
                self._said += len(content)
                if self._said > MOST_SAID:
                    break
        self._log.flush()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def interpreter(python: str) -> str:
    """The Python that was named, by the way it was named: of an emulated one the program alone would not start."""
    return shutil.which(python) or sys.executable
