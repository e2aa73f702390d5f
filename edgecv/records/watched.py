"""What a machine did while something was measured on it: one moment a row, one sensor a column.

All columns are as long as `at_s`, except those of sensors that could not be read at all: these are empty, or missing
where columns go by name. A sensor that fell silent for a moment says None there. Neither means "fine".

A rate belongs to the time since the moment before it. While the sampler rests, as when another artifact has its turn,
there are no moments, and no rate reaches across the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

Column = Tuple[Optional[float], ...]


@dataclass(frozen=True)
class Watched:
    at_s: Tuple[float, ...] = ()  # as Circumstances.at_s: only differences mean anything
    frequency_mhz: Mapping[str, Column] = field(default_factory=dict)  # by core: cpu0, cpu1, ...
    limit_mhz: Mapping[str, Column] = field(default_factory=dict)  # what each core may reach at that moment
    temperature_c: Mapping[str, Column] = field(default_factory=dict)  # by zone
    power_w: Mapping[str, Column] = field(default_factory=dict)  # by rail; rails can be parts of one another
    gpu_mhz: Column = ()
    gpu_load: Column = ()  # 0 to 1
    memory_load: Column = ()  # 0 to 1, of the memory controller
    throttled: Tuple[Optional[Tuple[str, ...]], ...] = ()  # what slowed the processor, in words; (): nothing did
    others: Column = ()  # cores kept busy by processes other than the measured one
    stolen: Column = ()  # of the processor time this virtual machine wanted, the share that others got
    waited: Column = ()  # threads of the measured process that stood ready without a core, on average
    quota: Column = ()  # threads of the measured process, or of its cgroup, that a quota held, on average
    pressure: Column = ()  # share of the time that any process of the machine waited for a core
    rss_mb: Column = ()  # memory of the measured process


NOTHING = Watched()  # no sampler ran
