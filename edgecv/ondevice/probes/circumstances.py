"""What a machine says about itself and its state. Never guesses: what it does not say is None, and is listed."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Mapping, Tuple

from edgecv.ondevice.probes import clocks, contention, jetson, machine, power, temperature, throttling


@dataclass(frozen=True)
class Circumstances:
    """A machine at one moment. Times are sums since some start: only their differences mean anything."""

    model: str | None
    arch: str
    cpu: str | None
    emulated: bool | None
    kernel: str
    governor: str | None
    frequency_mhz: Tuple[float, ...]  # one a core; empty: unread
    limit_mhz: Tuple[float, ...]  # what each core may reach at present
    temperature_c: Tuple[float, ...]
    throttle_events: int | None  # counted by x86 processors
    undervoltage: bool | None  # Raspberry Pi
    cooling: Tuple[int, ...]  # how far each cooling device that slows the processor is on
    load: Tuple[float, ...]
    busy_s: float | None  # of all cores and all processes
    stolen_s: float | None  # wanted by this virtual machine, given to another
    own_s: float | None  # processor time of this process; None: another one was measured
    waited_s: float | None  # this process' threads, ready to run, while others had their core
    at_s: float
    slowed: Tuple[str, ...] | None = None  # what slows the processor at this moment, in words; (): nothing does
    events: Mapping[str, int] = field(default_factory=dict)  # of throttling, by name: two readings tell
    pressure_s: float | None = None  # some process of the machine waited for a core
    quota_throttled_s: float | None = None  # this process' threads held by the quota of a cgroup, summed over cores
    clocks_fixed: bool | None = None  # no core can change its clock
    jetson: bool = False
    power_mode: str | None = None  # Jetson
    zones: Mapping[str, float] = field(default_factory=dict)  # temperatures by name
    rails: Tuple[str, ...] = ()  # whose power can be read

    @property
    def unread(self) -> Tuple[str, ...]:
        """What could not be read, in words."""
        silent = {
            "governor": self.governor is None,
            "clocks": not self.frequency_mhz,
            "temperature": not self.temperature_c,
            "throttling": self.slowed is None,
            "power": not self.rails,
            "power mode": self.jetson and self.power_mode is None,
            "steal": self.stolen_s is None,
            "waiting for a core": self.waited_s is None,
            "pressure": self.pressure_s is None,
            "quota": self.quota_throttled_s is None,
            "emulation": self.emulated is None,
        }
        return tuple(name for name, unread in silent.items() if unread)

    @property
    def machine(self) -> Dict[str, Any]:
        """What does not change from one moment to the next."""
        return {"model": self.model, "arch": self.arch, "cpu": self.cpu, "emulated": self.emulated}


def read(root: Path = Path("/"), arch: str | None = None) -> Circumstances:
    """What this machine is, and how it fares."""
    arch = arch or platform.machine()
    signs = throttling.signs(root)
    zones = temperature.zones(root)
    waited = contention.waited(root)
    busy_s, stolen_s = contention.processor_times(root)
    return Circumstances(
        model=machine.board(root),
        arch=arch,
        cpu=machine.cpu(root),
        emulated=machine.emulated(root, arch),
        kernel=platform.release(),
        governor=clocks.governor(root),
        frequency_mhz=tuple(clocks.frequencies(root).values()),
        limit_mhz=tuple(clocks.frequencies(root, "scaling_max_freq").values()),
        temperature_c=tuple(zones.values()),
        throttle_events=signs.events.get(throttling.CORE),
        undervoltage=throttling.undervoltage(root),
        cooling=tuple(signs.cooling.values()),
        load=contention.load(root),
        busy_s=busy_s,
        stolen_s=stolen_s,
        own_s=time.process_time(),
        waited_s=sum(waited.values()) if waited else None,
        at_s=time.monotonic(),
        slowed=throttling.slowed(signs, signs),
        events=signs.events,
        pressure_s=contention.pressure(root),
        quota_throttled_s=contention.quota_throttled(root),
        clocks_fixed=clocks.fixed(root),
        jetson=jetson.is_jetson(root),
        power_mode=jetson.power_mode(root),
        zones=zones,
        rails=(*power.rails(root), *power.energies(root)),
    )
