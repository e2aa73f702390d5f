"""Whether samples may be quoted: VALID, UNSTABLE, THROTTLED or CONTENDED, with the reasons in words.

THROTTLED  the processor or the process was made slower: heat, voltage, clocks, a quota, a stop signal
CONTENDED  others took the processor
UNSTABLE   a limit came before the wished-for interval, the first and last tenth differ, the time wandered in between,
           warming up never ended, or p99 lies far above p50

The first that holds is the verdict, since a throttled or contended machine is also unstable: cause before symptom.
The reasons name everything that was seen. FAILED is for runs that have no samples to judge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Dict, List, Tuple

import numpy as np

from edgecv.ondevice import causes
from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.statistics import apart, effective_count, quantile
from edgecv.ondevice.stopwatch import Taken
from edgecv.records.measurement import Verdict
from edgecv.records.watched import NOTHING, Watched

DRIFT = 0.05  # between the medians of the first and the last tenth
TENTH = 10  # but never of fewer samples than these, whose median would itself be noise
WANDER = 0.02  # standard deviation of what the median of a block shares with that of the next
WANDER_SECONDS = 0.5  # of such a block
WANDER_BLOCKS = 10  # at least, or there is nothing to be seen
WANDER_ALIKE = 0.5  # correlation of neighbouring blocks: that of noise is none, of a saw with ten blocks a tooth this
SPREAD = 3  # p99 over p50
FOLLOWING = 4  # so many samples for one that is independent are worth a word


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    reasons: Tuple[str, ...]
    unread: Tuple[str, ...]  # what the verdict does not rest on
    throttled: bool | None
    steal: float | None


def judge(
    taken: Taken,
    before: Circumstances,
    after: Circumstances,
    threads: int,
    watched: Watched = NOTHING,
    steady: bool = True,
) -> Judgement:
    """Judge samples by themselves, and by the machine before, beside and after them."""
    unread = tuple(dict.fromkeys(before.unread + after.unread))
    throttling = causes.throttling(before, after, watched)
    seen: Dict[Verdict, List[str]] = {
        "THROTTLED": throttling,
        "CONTENDED": causes.contention(before, after, threads),
        "UNSTABLE": _instability(taken, steady),
    }
    verdict: Verdict = next((verdict for verdict, reasons in seen.items() if reasons), "VALID")
    reasons = tuple(reason for each in seen.values() for reason in each)
    throttled = True if throttling else None if {"throttling", "clocks"} <= set(unread) else False
    return Judgement(verdict, reasons, unread, throttled, causes.stolen(before, after))


def _instability(taken: Taken, steady: bool) -> List[str]:
    reasons = []
    samples = taken.samples_ms
    if taken.stopped != "interval":
        limit = {"max_samples": f"{len(samples)} samples", "max_seconds": f"{taken.seconds:.0f} s"}[taken.stopped]
        reasons.append(f"after {limit} the interval is still wider than wished for{_following(samples)}")
    if not steady:
        reasons.append("its time was not steady when the time for warming up was over")
    drift = _drift(samples)
    if drift > DRIFT:
        reasons.append(f"the first and the last samples differ by {drift:.0%}")
    wander = _wander(taken)
    if wander > WANDER:
        reasons.append(f"the time wandered by {wander:.1%}, to and fro or in a step")
    p50, p99 = quantile(samples, 0.5), quantile(samples, 0.99)
    if p50 and p99 and p99 > SPREAD * p50:
        reasons.append(f"p99 is {p99 / p50:.1f} times p50")
    return reasons


def _following(samples: np.ndarray) -> str:
    """The words for samples that follow one another, which no number of them soon mends."""
    count = min(effective_count(samples, share) for share in (0.5, 0.9))
    return f": they tell as much as {count} independent ones" if count * FOLLOWING < len(samples) else ""


def _drift(samples: np.ndarray) -> float:
    """From the first tenth to the last; 0 where chance explains the difference."""
    tenth = max(TENTH, len(samples) // 10)
    first, last = samples[:tenth], samples[-tenth:]
    medians = float(np.median(first)), float(np.median(last))
    return max(medians) / min(medians) - 1 if apart(first, last) else 0.0


def _wander(taken: Taken) -> float:
    """How far the time goes up and down slowly, as a saw or a step; 0 where blocks in a row have nothing in common."""
    samples = taken.samples_ms
    count = min(len(samples) // TENTH, max(WANDER_BLOCKS, int(taken.seconds / WANDER_SECONDS)))
    if count < WANDER_BLOCKS:
        return 0.0
    medians = np.log([np.median(block) for block in np.array_split(samples, count)])
    deviations = medians - medians.mean()
    shared = float((deviations[1:] * deviations[:-1]).sum())
    return math.sqrt(shared / count) if shared > WANDER_ALIKE * float((deviations**2).sum()) else 0.0
