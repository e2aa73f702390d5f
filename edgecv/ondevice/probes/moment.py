"""One look at a machine at work: what the sensors say, and what two looks say of the time between them."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Callable, List, Mapping, Tuple, TypeVar

from edgecv.ondevice.probes import clocks, contention, memory, power, temperature, throttling
from edgecv.ondevice.probes.jetson import Line
from edgecv.records.watched import NOTHING, Watched

Read = TypeVar("Read")


@dataclass(frozen=True)
class Look:
    """As read: of many figures only the difference between two looks means anything."""

    at_s: float
    frequency_mhz: Mapping[str, float]
    limit_mhz: Mapping[str, float]
    temperature_c: Mapping[str, float]
    power_w: Mapping[str, float]
    energies: Mapping[str, power.Energy]
    gpu_mhz: float | None
    gpu_load: float | None
    memory_load: float | None
    signs: throttling.Signs
    times_s: contention.Times
    own_s: float | None
    waited_s: Mapping[str, float]
    quota_s: float | None
    pressure_s: float | None
    rss_mb: float | None


@dataclass(frozen=True)
class Moment:
    """A row of Watched, whose columns have the same names."""

    at_s: float
    frequency_mhz: Mapping[str, float]
    limit_mhz: Mapping[str, float]
    temperature_c: Mapping[str, float]
    power_w: Mapping[str, float]
    gpu_mhz: float | None
    gpu_load: float | None
    memory_load: float | None
    throttled: Tuple[str, ...] | None
    others: float | None
    stolen: float | None
    waited: float | None
    quota: float | None
    pressure: float | None
    rss_mb: float | None


def look(root: Path, pid: int, said: Line) -> Look:
    """Read every sensor; one that fails in a way nobody thought of has nothing to say, and the others go on."""
    return Look(
        at_s=time.monotonic(),
        frequency_mhz=_of(lambda: clocks.frequencies(root), {}),
        limit_mhz=_of(lambda: clocks.frequencies(root, "scaling_max_freq"), {}),
        temperature_c=_of(lambda: temperature.zones(root), {}) or said.temperature_c,
        power_w=_of(lambda: power.rails(root), {}) or said.power_w,
        energies=_of(lambda: power.energies(root), {}),
        gpu_mhz=_first(_of(lambda: clocks.gpu_mhz(root), None), said.gpu_mhz),
        gpu_load=_first(_of(lambda: clocks.gpu_load(root), None), said.gpu_load),
        memory_load=said.memory_load,
        signs=_of(lambda: throttling.signs(root), throttling.Signs(None, {}, {})),
        times_s=_of(lambda: contention.processor_times(root), contention.UNKNOWN),
        own_s=_of(lambda: contention.process_time(root, pid), None),
        waited_s=_of(lambda: contention.waited(root, pid), {}),
        quota_s=_of(lambda: contention.quota_throttled(root, pid), None),
        pressure_s=_of(lambda: contention.pressure(root), None),
        rss_mb=_of(lambda: memory.rss_mb(root, pid), None),
    )


def between(before: Look, now: Look) -> Moment:
    seconds = now.at_s - before.at_s
    busy, own = _gone(before.times_s[0], now.times_s[0]), _gone(before.own_s, now.own_s)
    stolen, pressure = _gone(before.times_s[1], now.times_s[1]), _gone(before.pressure_s, now.pressure_s)
    quota = _gone(before.quota_s, now.quota_s)
    waited = sum(now_s - before.waited_s.get(thread, 0) for thread, now_s in now.waited_s.items())
    return Moment(
        at_s=now.at_s,
        frequency_mhz=now.frequency_mhz,
        limit_mhz=now.limit_mhz,
        temperature_c=now.temperature_c,
        power_w={**now.power_w, **power.watts(before.energies, now.energies, seconds)},
        gpu_mhz=now.gpu_mhz,
        gpu_load=now.gpu_load,
        memory_load=now.memory_load,
        throttled=throttling.slowed(now.signs, before.signs),
        others=None if busy is None or own is None else max(0.0, busy - own) / seconds,
        stolen=None if stolen is None or busy is None else stolen / (stolen + busy) if stolen else 0.0,
        waited=waited / seconds if now.waited_s else None,
        quota=None if quota is None else quota / seconds,
        pressure=None
        if pressure is None
        else min(1.0, pressure / seconds),  # it was read a little later than the clock
        rss_mb=now.rss_mb,
    )


def table(moments: List[Moment]) -> Watched:
    """Rows to columns."""
    if not moments:
        return NOTHING
    columns = {field.name: [getattr(moment, field.name) for moment in moments] for field in fields(Moment)}
    return Watched(**{name: _column(column) for name, column in columns.items()})


def _column(values: List[Any]) -> Any:
    if isinstance(values[0], Mapping):
        names = dict.fromkeys(name for value in values for name in value)
        return {name: tuple(value.get(name) for value in values) for name in names}
    return () if all(value is None for value in values) else tuple(values)


def _of(probe: Callable[[], Read], nothing: Read) -> Read:
    try:
        return probe()
    except Exception:  # a sensor's fault must not end the watching
        return nothing


def _first(found: float | None, otherwise: float | None) -> float | None:
    return otherwise if found is None else found


def _gone(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else max(0.0, now - before)
