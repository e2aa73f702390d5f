"""One artifact being measured: its process, whose turn it is or is not, and what came of it."""

import dataclasses
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

from edgecv.bench.job import Job
from edgecv.documents import read_measurement
from edgecv.errors import EdgecvError, MeasurementNotValid, Unavailable
from edgecv.hosts import Guard, Host, Work
from edgecv.hosts.hearing import TimedOut
from edgecv.ondevice.bench import measured
from edgecv.ondevice.bench.measuring import OPENING
from edgecv.ondevice.bench.turns import ENOUGH
from edgecv.ondevice.child import PROGRESS, TURN
from edgecv.records.measurement import MeasuredDevice, Measurement

OPENING_S = 180.0  # to open the largest model on a slow board
SILENT_S = 120.0  # between two signs of life once it is open: some twenty inferences of the largest model there

Say = Callable[[str], None]


class Player:
    """Whatever befalls its process, a crash, a hang, a lack of memory, becomes a FAILED measurement with the reason."""

    def __init__(
        self, job: Job, host: Host, guard: Guard, on_progress: Say | None, *, in_turns: bool, limit_s: float
    ) -> None:
        self.job = job
        self.waiting = False  # for its next turn; otherwise it has not begun, or it has ended
        self.enough = False  # samples, as it said
        self.refused: Unavailable | None = None
        self._host, self._guard, self._say = host, guard, on_progress
        self._in_turns, self._limit_s = in_turns, limit_s
        self._scratch = tempfile.TemporaryDirectory(prefix="edgecv-bench-")
        self._record = Path(self._scratch.name) / "measurement.json"
        self._child: Work | None = None
        self._failure = self._last = ""

    def __enter__(self) -> "Player":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child:
            self._child.__exit__(kind, error, trace)
        self._scratch.cleanup()

    def begin(self) -> None:
        """Start its process: it opens the artifact, then measures it or, where turns are taken, waits for its own."""
        arguments = self.job.arguments(self._record, in_turns=self._in_turns)
        self._child = self._host.start(arguments, self.job.log_file, guard=self._guard, limit_s=self._limit_s)
        self._listen("")

    def take_turn(self, order: str) -> None:
        """Let it go on until it asks again, or ends."""
        self.waiting = False
        self._listen(order)

    def _listen(self, order: str) -> None:
        try:
            self._hear(order)
        except MeasurementNotValid:
            pass  # it is written, and says why
        except TimedOut as error:
            self._end(f"{error} while {self._last}" if self._last else str(error))
        except Unavailable as error:
            self.refused = error
        except EdgecvError as error:
            self._end(str(error))

    def _hear(self, order: str) -> None:
        assert self._child is not None
        if order:
            self._child.tell(order)
        for line in self._child.lines(self._patience_s):
            if line.startswith(TURN):
                self.waiting, self.enough = True, line.removeprefix(TURN) == ENOUGH
                return
            self._last = line.removeprefix(PROGRESS)
            if self._say:
                self._say(self._last)
        self._child.result()

    def _patience_s(self) -> float:
        return OPENING_S if self._last in ("", OPENING) else SILENT_S

    def _end(self, reason: str) -> None:
        assert self._child is not None
        self._failure = f"computing in {self.job.hint}: {reason}" if self.job.hint else reason
        self._child.__exit__(None, None, None)

    def outcome(self) -> Measurement:
        """The measurement that it wrote, or one that says why there is none."""
        if self._failure or not self._record.is_file():
            return _failed(self.job, self._failure or "it ended without a measurement")
        taken = read_measurement(self._record)
        if taken.environment is None:
            return taken
        limited = dataclasses.replace(taken.environment, memory_limit_mb=self._guard.each_mb)
        return dataclasses.replace(taken, environment=limited)


def _failed(job: Job, reason: str) -> Measurement:
    return Measurement(
        artifact=measured(job.artifact),
        device=MeasuredDevice(job.profile),
        verdict="FAILED",
        reasons=(reason,),
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        mode=job.mode,
    )
