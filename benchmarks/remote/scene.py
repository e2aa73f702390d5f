"""A board on loopback, the command that is run on it, and what a failure needs to find the right moment."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hosts.loopback import LoopbackBoard

RETURN_S, PATIENCE_S, ANSWER_S, LEASE_S = 5.0, 16.0, 3.0, 0.3
LIMIT_S = 60.0
START = """
import sys
from edgecv.hosts.ssh import line, session
session.RETURN_S, session.PATIENCE_S, line.ANSWER_S, session.LEASE_S = map(float, sys.argv[1:5])
from edgecv.cli.main import main
sys.exit(main(sys.argv[5:]))
"""

Run = subprocess.Popen[bytes]


@dataclass
class Scene:
    board: LoopbackBoard
    artifact: Path
    photos: Path
    folder: Path
    chance: random.Random
    usual_s: float = 3.0
    expected: Any = None
    runs: list[Run] = field(default_factory=list)

    def start(self) -> Run:
        """The command, as a user types it."""
        times = [str(each) for each in (RETURN_S, PATIENCE_S, ANSWER_S, LEASE_S)]
        words = ["predict", str(self.artifact), str(self.photos), "--device", str(self.board.profile), "--json"]
        out, said = (self.folder / f"{name}-{len(self.runs)}" for name in ("out", "said"))
        command = [sys.executable, "-c", START, *times, *words]
        with out.open("wb") as to_out, said.open("wb") as to_said:  # pipes would fill up while nobody reads
            run = subprocess.Popen(command, stdout=to_out, stderr=to_said, start_new_session=True)
        self.runs.append(run)
        return run

    def printed(self, run: Run) -> tuple[str, str]:
        number = self.runs.index(run)
        out, said = ((self.folder / f"{name}-{number}").read_text() for name in ("out", "said"))
        return out, said

    def sometime(self) -> None:
        """Wait until some moment of a run."""
        time.sleep(self.chance.uniform(0.05, 1.0) * self.usual_s)

    def pid_of(self, word: bytes) -> list[int]:
        """The board's processes with a word on their command line."""
        found = []
        for pid in self.board.processes():
            with suppress(OSError):
                if word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    found.append(pid)
        return found

    def keeper(self) -> list[int]:
        with suppress(OSError, ValueError, KeyError):
            return [int(json.loads(self.board.lease.read_text())["pid"])]
        return []

    def wait_for(self, found: Callable[[], Any]) -> Any:
        """What is there at last, or nothing."""
        until = time.monotonic() + LIMIT_S
        while not (there := found()) and time.monotonic() < until and any(run.poll() is None for run in self.runs):
            time.sleep(0.005)
        return there


def kill(pids: list[int], number: int = signal.SIGKILL) -> bool:
    hit = False
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            hit = True
    return hit


Failure = Callable[[Scene], Any]  # starts runs and disturbs them; a generator sets something up, and puts it back
