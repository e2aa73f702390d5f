"""Which sensors can be read here, in the words of device profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Dict, Tuple

from edgecv.ondevice.probes import clocks, jetson, power, temperature, throttling
from edgecv.ondevice.probes.tool import place

SENSORS: Dict[str, Callable[[Path], object]] = {
    "cpufreq": clocks.frequencies,  # clocks of the cores
    "thermal_zone": temperature.zones,
    "vcgencmd": lambda root: throttling.signs(root).now is not None,  # a Raspberry Pi's firmware
    "throttle_count": throttling.counters,  # of x86 cores, and of a Jetson's guards of voltage and current
    "cooling_device": throttling.cooling,
    "devfreq": clocks.gpu_mhz,  # the clock of a board's GPU
    "ina3221": power.rails,  # a Jetson's power
    "rapl": power.energies,  # an Intel processor's energy
    "nvpmodel": jetson.power_mode,
    "tegrastats": lambda root: root == Path("/") and place("tegrastats"),
}


def readable(root: Path) -> Tuple[str, ...]:
    return tuple(name for name, read in SENSORS.items() if read(root))
