"""Temperatures by the name of their zone."""

from __future__ import annotations

from pathlib import Path
from typing import Dict

from edgecv.ondevice.probes.files import in_order, number, text

OFFLINE_C = -256  # what a Jetson says of a zone that is switched off
# A Jetson Nano's PMIC zone shows 50 or 100 whatever the temperature is.
MADE_UP = ("PMIC-Die",)
PROCESSORS = ("k10temp", "zenpower", "coretemp")  # sensors of x86 processors, of which AMD's make no zone


def zones(root: Path) -> Dict[str, float]:
    found: Dict[str, float] = {}
    for zone in in_order(root / "sys/class/thermal", "thermal_zone*"):
        millidegrees, kind = number(zone / "temp"), text(zone / "type") or zone.name
        if millidegrees is not None and millidegrees > 1000 * OFFLINE_C and kind not in MADE_UP:
            # Two zones can be of one type, as two packages are.
            found[kind if kind not in found else f"{kind} {zone.name}"] = millidegrees / 1000
    return found or _hwmon(root)


def _hwmon(root: Path) -> Dict[str, float]:
    devices = {text(device / "name"): number(device / "temp1_input") for device in (root / "sys/class/hwmon").glob("*")}
    return {name: degrees / 1000 for name, degrees in devices.items() if name in PROCESSORS and degrees is not None}
