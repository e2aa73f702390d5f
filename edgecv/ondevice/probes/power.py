"""Power by rail. A Jetson's INA3221 tells watts, Intel's RAPL an energy that grows until it wraps around.

Only root may read RAPL's energy since Linux 5.10, since it gave secrets away. Rails can be parts of one another, as
VDD_CPU_GPU_CV is of VDD_IN, so nothing is summed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Mapping, NamedTuple

from edgecv.ondevice.probes.files import in_order, number, text

UNUSED = "NC"  # the label of a channel that is not connected


class Energy(NamedTuple):
    joule: float
    range_joule: float  # at which it starts again from 0


def rails(root: Path) -> Dict[str, float]:
    """Watts by rail, as JetPack 5 and later tell them, or as JetPack 4 did."""
    return {**_hwmon(root), **_iio(root)}


def energies(root: Path) -> Dict[str, Energy]:
    """Joules so far by zone: package-0, and package-0 core for a part of it."""
    found = {}
    for zone in in_order(root / "sys/class/powercap", "intel-rapl:*"):
        energy, most, name = number(zone / "energy_uj"), number(zone / "max_energy_range_uj"), text(zone / "name")
        if energy is not None and most and name:
            package = zone.name.rpartition(":")[0]
            whole = text(zone.with_name(package) / "name") if package != "intel-rapl" else None
            found[f"{whole} {name}" if whole else name] = Energy(energy / 1e6, most / 1e6)
    return found


def watts(before: Mapping[str, Energy], after: Mapping[str, Energy], seconds: float) -> Dict[str, float]:
    """Mean power between two readings that lie less than one wrap-around apart, which takes minutes at least."""
    used = {name: now.joule - before[name].joule for name, now in after.items() if name in before}
    return {
        name: (joule if joule >= 0 else joule + after[name].range_joule) / seconds
        for name, joule in used.items()
        if seconds > 0
    }


def _hwmon(root: Path) -> Dict[str, float]:
    found = {}
    for device in in_order(root / "sys/class/hwmon", "hwmon*"):
        if text(device / "name") == "ina3221":
            for channel in (1, 2, 3):  # behind them come shunts and sums, under the same kind of name
                label = text(device / f"in{channel}_label")
                millivolt, milliampere = number(device / f"in{channel}_input"), number(device / f"curr{channel}_input")
                if label and label != UNUSED and millivolt is not None and milliampere is not None:
                    found[label] = millivolt * milliampere / 1e6
    return found


def _iio(root: Path) -> Dict[str, float]:
    found = {}
    for label in in_order(root / "sys/bus/i2c/devices", "*/iio[:_]device*/rail_name_*"):
        name, milliwatt = text(label), number(label.with_name(f"in_power{label.name.rpartition('_')[2]}_input"))
        if name and name != UNUSED and milliwatt is not None:
            found[name] = milliwatt / 1e3
    return found
