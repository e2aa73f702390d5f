"""What slowed a process down while it was measured, in words: the machine itself, a limit, or others.

Others are judged by what they took from this process, never by their being there. The load average remembers a minute,
so the training that has just ended would condemn the measurement after it, and on a machine that is shared all day
nothing would ever be valid. Load is recorded with every measurement, for the reader to judge.

An inference that is waited for keeps at least one core busy. So the time in which the process had less than a core has
a cause: its threads stood ready behind others, another virtual machine had the core, a quota was used up; and if it was
none of these, something held the process itself, as a stop signal does.
"""

from __future__ import annotations

from typing import Callable, List, Mapping, Tuple

from edgecv.ondevice.probes import Circumstances
from edgecv.records.watched import Column, Watched

CLOCK_DROP = 0.05  # of the fastest core, or of what it may reach
CLOCK_MOMENTS = 0.1  # so many of the moments below are no slip of a sensor
HELD = 0.05  # of the time: by a quota, or by whatever stops a process
WAITING = 0.05  # of the time of its threads
STOLEN = 0.05  # of the processor time that this machine wanted


def throttling(before: Circumstances, after: Circumstances, watched: Watched) -> List[str]:
    """Signs that the processor, or this process, was made slower."""
    named = [words for words in (after.slowed, *watched.throttled) if words]
    risen = [name for name, count in after.events.items() if count > before.events.get(name, count)]
    reasons = list(dict.fromkeys([*risen, *(word for words in named for word in words)]))
    if after.power_mode != before.power_mode:
        reasons.append(f"the power mode changed from {before.power_mode} to {after.power_mode}")
    for what, then, now, moments in (
        ("clock", before.frequency_mhz, after.frequency_mhz, watched.frequency_mhz),
        ("highest allowed clock", before.limit_mhz, after.limit_mhz, watched.limit_mhz),
    ):
        lowest = _fallen(then, now, moments)
        if lowest is not None:
            reasons.append(f"the {what} fell from {max(then):.0f} to {lowest:.0f} MHz")
    seconds = after.at_s - before.at_s
    quota = _gone(before, after, lambda moment: moment.quota_throttled_s) or 0.0
    if quota > HELD * seconds:
        reasons.append(f"a quota of processor time held it for {quota / seconds:.0%} of the time")
    held = _held(before, after)
    if held is not None and held > HELD * seconds:
        reasons.append(f"it stood still for {held / seconds:.0%} of the time, though nobody else had its core")
    return reasons


def _fallen(then: Tuple[float, ...], now: Tuple[float, ...], moments: Mapping[str, Column]) -> float | None:
    """To what the fastest core fell: those that idle beside it go up and down as they like."""
    if not then:
        return None
    limit = (1 - CLOCK_DROP) * max(then)
    fastest = [max((mhz for mhz in each if mhz is not None), default=limit) for each in zip(*moments.values())]
    low = [mhz for mhz in fastest if mhz < limit]
    if now and max(now) < limit:
        return min([max(now), *low])
    return min(low) if len(low) > max(1.0, CLOCK_MOMENTS * len(fastest)) else None


def contention(before: Circumstances, after: Circumstances, threads: int) -> List[str]:
    """Signs that others took the processor from this process."""
    reasons = []
    seconds = after.at_s - before.at_s
    waited, own = _waited(before, after), _gone(before, after, lambda moment: moment.own_s)
    if waited is not None and waited > WAITING * seconds * threads:
        waiting = min(1.0, waited / seconds / threads)  # the thread that reads the sensors waits, too
        reasons.append(f"its threads stood ready without a core for {waiting:.0%} of the time")
    elif waited is None and own is not None and own < (1 - HELD) * seconds:  # for kernels that do not count waiting
        reasons.append(f"the process had only {own / seconds:.0%} of a core")
    share = stolen(before, after)
    if share is not None and share > STOLEN:
        reasons.append(f"other virtual machines took {share:.0%} of the processor time")
    return reasons


def stolen(before: Circumstances, after: Circumstances) -> float | None:
    """Of the processor time that this machine wanted, the share that it did not get."""
    lost, busy = (_gone(before, after, figure) for figure in (lambda now: now.stolen_s, lambda now: now.busy_s))
    if lost is None or busy is None:
        return None
    return lost / (lost + busy) if lost else 0.0


def _waited(before: Circumstances, after: Circumstances) -> float | None:
    """Behind others: a kernel may count the time without quota as waiting, too."""
    waited = _gone(before, after, lambda moment: moment.waited_s)
    quota = _gone(before, after, lambda moment: moment.quota_throttled_s) or 0.0
    return None if waited is None else max(0.0, waited - quota)


def _held(before: Circumstances, after: Circumstances) -> float | None:
    """Seconds without a core that nothing else explains; None where the kernel does not count waiting."""
    waited, own = (_gone(before, after, figure) for figure in (lambda now: now.waited_s, lambda now: now.own_s))
    if waited is None or own is None:
        return None
    lost = _gone(before, after, lambda moment: moment.stolen_s) or 0.0
    quota = _gone(before, after, lambda moment: moment.quota_throttled_s) or 0.0
    return after.at_s - before.at_s - own - max(waited, quota) - lost


def _gone(before: Circumstances, after: Circumstances, figure: Callable[[Circumstances], float | None]) -> float | None:
    then, now = figure(before), figure(after)
    return None if then is None or now is None else now - then
