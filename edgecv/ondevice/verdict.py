"""Whether samples may be quoted: VALID, UNSTABLE, THROTTLED or CONTENDED, with the reasons in words.

THROTTLED  a throttle count or cooling device went up, the voltage is too low, or clocks or their limit went down
CONTENDED  others took the processor: see below
UNSTABLE   a limit came before the wished-for interval, the first and last tenth differ, samples follow one another too
           closely for any interval to hold, or p99 lies far above p50

The first that holds is the verdict, since a throttled or contended machine is also unstable: cause before symptom.
The reasons name everything that was seen. FAILED is for runs that have no samples to judge.

CONTENDED is judged by what others took from this process, never by their being there. The load average remembers a
minute, so the training that has just ended would condemn the measurement after it, and on a machine that is shared all
day nothing would ever be valid. An inference that is waited for keeps at least one core busy, so a process that had
less than 95 % of one was held up; and the kernel says how long its threads stood ready without a core, and how long the
virtual machine did. Load is recorded with every measurement, for the reader to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

import numpy as np

from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.statistics import correlation, quantile
from edgecv.ondevice.stopwatch import Taken
from edgecv.records.measurement import Verdict

DRIFT = 0.05  # between the medians of the first and the last tenth
TENTH = 10  # but never of fewer samples than these, whose median would itself be noise
SPREAD = 3  # p99 over p50
FOLLOWING = 0.7  # correlation above which counting effective samples no longer mends the interval
CLOCK_DROP = 0.05  # of the fastest core, or of what it may reach
LEAST_SHARE = 0.95  # processor time of the process over the time it took
WAITING = 0.05  # time that a thread stood ready without a core
STOLEN = 0.05  # of the processor time that this machine wanted


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    reasons: Tuple[str, ...]
    unread: Tuple[str, ...]  # what the verdict does not rest on
    throttled: bool | None
    steal: float | None


def judge(taken: Taken, before: Circumstances, after: Circumstances, threads: int) -> Judgement:
    """Judge samples by themselves and by the machine before and after them."""
    unread = tuple(dict.fromkeys(before.unread + after.unread))
    throttling = _throttling(before, after)
    seen: Dict[Verdict, List[str]] = {
        "THROTTLED": throttling,
        "CONTENDED": _contention(before, after, threads),
        "UNSTABLE": _instability(taken),
    }
    verdict: Verdict = next((verdict for verdict, reasons in seen.items() if reasons), "VALID")
    reasons = tuple(reason for verdict in seen.values() for reason in verdict)
    throttled = None if {"throttling", "clocks"} <= set(unread) else bool(throttling)
    return Judgement(verdict, reasons, unread, throttled, _stolen(before, after))


def _throttling(before: Circumstances, after: Circumstances) -> List[str]:
    reasons = []
    if before.throttle_events is not None and (after.throttle_events or 0) > before.throttle_events:
        reasons.append("the processor counted new throttling")
    if after.undervoltage:
        reasons.append("the voltage is too low")
    if sum(after.cooling) > sum(before.cooling):
        reasons.append("cooling slowed the processor down")
    for what, then, now in (
        ("clock", before.frequency_mhz, after.frequency_mhz),
        ("highest allowed clock", before.limit_mhz, after.limit_mhz),
    ):
        # The fastest core's: those that idle beside it go up and down as they like.
        if then and now and max(now) < (1 - CLOCK_DROP) * max(then):
            reasons.append(f"the {what} fell from {max(then):.0f} to {max(now):.0f} MHz")
    return reasons


def _contention(before: Circumstances, after: Circumstances, threads: int) -> List[str]:
    reasons = []
    seconds = after.at_s - before.at_s
    had = (after.own_s - before.own_s) / seconds
    waited = _difference(before, after, lambda moment: moment.waited_s)
    if waited is not None and waited > WAITING * seconds * threads:
        reasons.append(f"its threads stood ready without a core for {waited / seconds / threads:.0%} of the time")
    elif had < LEAST_SHARE:  # for kernels that do not count waiting, and for whatever else holds a process up
        reasons.append(f"the process had only {had:.0%} of a core")
    stolen = _stolen(before, after)
    if stolen is not None and stolen > STOLEN:
        reasons.append(f"other virtual machines took {stolen:.0%} of the processor time")
    return reasons


def _stolen(before: Circumstances, after: Circumstances) -> float | None:
    """Of the processor time that this machine wanted, the share that it did not get."""
    stolen = _difference(before, after, lambda moment: moment.stolen_s)
    busy = _difference(before, after, lambda moment: moment.busy_s)
    if stolen is None or busy is None:
        return None
    return stolen / (stolen + busy) if stolen else 0.0


def _difference(
    before: Circumstances, after: Circumstances, figure: Callable[[Circumstances], float | None]
) -> float | None:
    then, now = figure(before), figure(after)
    return None if then is None or now is None else now - then


def _instability(taken: Taken) -> List[str]:
    reasons = []
    samples = taken.samples_ms
    if taken.stopped != "interval":
        limit = {"max_samples": f"{len(samples)} samples", "max_seconds": f"{taken.seconds:.0f} s"}[taken.stopped]
        reasons.append(f"after {limit} the interval is still wider than wished for")
    drift = _drift(samples)
    if drift > DRIFT:
        reasons.append(f"the first and the last samples differ by {drift:.0%}")
    following = correlation(samples)
    if following > FOLLOWING:
        reasons.append(f"a sample resembles the one before it too much (correlation {following:.2f})")
    p50, p99 = quantile(samples, 0.5), quantile(samples, 0.99)
    if p50 and p99 and p99 > SPREAD * p50:
        reasons.append(f"p99 is {p99 / p50:.1f} times p50")
    return reasons


def _drift(samples: np.ndarray) -> float:
    tenth = max(TENTH, len(samples) // 10)
    first, last = float(np.median(samples[:tenth])), float(np.median(samples[-tenth:]))
    return max(first, last) / min(first, last) - 1
