"""Images per second of several streams at once, each with an image at a time: the batch of every file is one.

The time is cut into slices of equal length, long enough to have forgotten each other; the 95 % interval of the mean is
Student's over the slices.
"""

from __future__ import annotations

import threading
import time
from array import array
from typing import Any, Dict, List, Sequence

import numpy as np

from edgecv.ondevice.engines import Engine
from edgecv.records.measurement import Throughput

SLICES = 20
STUDENT = 2.093  # 97.5 % of Student's distribution with 19 degrees of freedom
SECONDS: Dict[str, float] = {"quick": 2.0, "standard": 20.0, "mlperf": 600.0}  # MLPerf's offline scenario takes as long
WARMING = 0.1  # share of the seconds that comes before them and does not count


def throughput(engines: Sequence[Engine], threads: int, encoded: Sequence[Any], seconds: float) -> Throughput:
    """What the engines get done side by side; `threads` is what all of them have together."""
    start = time.perf_counter() + WARMING * seconds
    done = np.sort(np.concatenate(_done_until(start + seconds, engines, encoded))) - start
    counts, _ = np.histogram(done, SLICES, (0.0, seconds))
    rates = counts * SLICES / seconds
    mean, arm = float(rates.mean()), STUDENT * float(rates.std(ddof=1)) / SLICES**0.5
    images = int(counts.sum())
    ci95 = (max(0.0, mean - arm), mean + arm) if images else None
    return Throughput(len(engines), threads, images, seconds, mean, ci95, tuple(rates.tolist()))


def _done_until(end: float, engines: Sequence[Engine], encoded: Sequence[Any]) -> List[np.ndarray]:
    """When each stream was done with each of its images."""
    times = [array("d") for _ in engines]
    faults: List[BaseException] = []

    def work(number: int) -> None:
        run, engine, mine = number, engines[number], times[number]
        try:
            while not mine or mine[-1] < end:
                engine.invoke(encoded[run % len(encoded)])
                mine.append(time.perf_counter())
                run += len(engines)
        except BaseException as fault:  # raised again where it can be heard
            faults.append(fault)

    streams = [threading.Thread(target=work, args=(number,)) for number in range(len(engines))]
    for stream in streams:
        stream.start()
    for stream in streams:
        stream.join()
    if faults:
        raise faults[0]
    return [np.array(each) for each in times]
