"""Images at the pace of a camera: between two of them processor and runtime fall asleep, and waking up is real."""

from __future__ import annotations

import dataclasses
import time

from edgecv.ondevice.stopwatch import Plan


class Pace:
    """Waits before each image until it is due. A camera does not wait: who is late has the next one at once."""

    def __init__(self, fps: float | None) -> None:
        self._period_s = 1 / fps if fps else 0.0
        self._due = time.perf_counter()
        self.idle_s = 0.0  # spent waiting so far

    def wait(self) -> None:
        now = time.perf_counter()
        if now < self._due:
            time.sleep(self._due - now)
            self.idle_s += self._due - now
        self._due = max(now, self._due) + self._period_s

    def stretched(self, plan: Plan) -> Plan:
        """The plan with the time that twice its least count takes at this pace."""
        return dataclasses.replace(plan, max_seconds=max(plan.max_seconds, 2 * plan.min_samples * self._period_s))
