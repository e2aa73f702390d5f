"""Watch the machine from a thread while a process is measured on it.

A thread ends with its process and shares its memory. It reads small files, which releases the interpreter, some
milliseconds once a second; a child process cost the measured one no less (`benchmarks/sampler_cost.py`).
"""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import List, Type

from edgecv.ondevice.probes.jetson import Line, parse
from edgecv.ondevice.probes.moment import Look, Moment, between, look, table
from edgecv.ondevice.probes.tool import follow
from edgecv.records.watched import Watched

GRACE_S = 2.0  # for a sensor that hangs, before the measurement goes on without it
SHORT = 0.5  # of a period: a rest that comes sooner after a look makes no moment of its own


class Sampler:
    """Watches inside its `with`; `pause` when the process waits for its turn, `resume` when it has it again."""

    def __init__(self, pid: int, root: Path = Path("/"), period_s: float = 1.0) -> None:
        self._pid, self._root, self._period_s = pid, root, period_s
        self._moments: List[Moment] = []
        self._rest = threading.Event()
        self._thread: threading.Thread | None = None
        self._said = Line()

    def __enter__(self) -> Sampler:
        tegrastats = ["tegrastats", "--interval", str(round(1000 * self._period_s))]
        self._stop_tool = follow(tegrastats, self._hear)
        self.resume()
        return self

    def __exit__(
        self, kind: Type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pause()
        self._stop_tool()

    def resume(self) -> None:
        self._rest = threading.Event()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(self._rest, ready), daemon=True)
        self._thread.start()
        ready.wait(GRACE_S)  # the first look is over before anything is timed

    def pause(self) -> None:
        """The time since the last look still counts, unless it was short."""
        self._rest.set()
        if self._thread:
            self._thread.join(GRACE_S)

    def watched(self) -> Watched:
        return table(list(self._moments))

    def _watch(self, rest: threading.Event, ready: threading.Event) -> None:
        before, moments = self._look(), 0
        ready.set()
        while not rest.wait(self._period_s):
            now = self._look()
            self._moments.append(between(before, now))
            before, moments = now, moments + 1
        now = self._look()
        if not moments or now.at_s - before.at_s > SHORT * self._period_s:
            self._moments.append(between(before, now))

    def _look(self) -> Look:
        return look(self._root, self._pid, self._said)

    def _hear(self, line: str) -> None:
        self._said = parse(line)


def period(seconds: float) -> float:
    """How often to look at a measurement of so many seconds: about once a second, but several times at a short one."""
    return min(1.0, max(0.1, seconds / 10))
