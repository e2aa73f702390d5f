"""A Jetson's power mode, and what only its own `tegrastats` tells: the load of the memory controller.

nvpmodel writes the mode's number to a file when it is set, so nobody has to be root to know it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Mapping, Tuple

from edgecv.ondevice.probes.files import text
from edgecv.ondevice.probes.temperature import OFFLINE_C

MODES, STATUS = "etc/nvpmodel.conf", "var/lib/nvpmodel/status"
MODE = re.compile(r"<\s*POWER_MODEL\s+ID=(\d+)\s+NAME=([^\s>]+)\s*>")
CHOSEN = re.compile(r"\bpmode:(\d+)")  # other words may follow, such as the mode of the fan
DEFAULT = re.compile(r"<\s*PM_CONFIG\s+DEFAULT=(\d+)\s*>")
LOAD = re.compile(r"\b(EMC|GR3D)_FREQ (\d+)%(?:@\[?(\d+))?")
TEMPERATURE = re.compile(r"\b(\w+)@(-?\d+(?:\.\d+)?)C\b")
POWER = re.compile(r"\b((?:VDD|VIN|POM)_\w+) (\d+)(?:mW)?/\d+")


@dataclass(frozen=True)
class Line:
    """One line of `tegrastats`, of JetPack 4, 5 or 6."""

    memory_load: float | None = None  # 0 to 1, of what the memory controller could do at its clock
    gpu_load: float | None = None
    gpu_mhz: float | None = None
    temperature_c: Mapping[str, float] = field(default_factory=dict)
    power_w: Mapping[str, float] = field(default_factory=dict)


def is_jetson(root: Path) -> bool:
    return "jetson" in (text(root / "proc/device-tree/model") or "").lower()


def power_mode(root: Path) -> str | None:
    """Its name, such as 15W; its number where the board's list does not name it."""
    chosen = CHOSEN.search(text(root / STATUS) or "") or DEFAULT.search(text(root / MODES) or "")  # never set yet
    return None if chosen is None else _modes(root).get(int(chosen.group(1)), str(int(chosen.group(1))))


def power_modes(root: Path) -> Tuple[str, ...]:
    """All that the board's list names, in its order."""
    return tuple(_modes(root).values())


def _modes(root: Path) -> Dict[int, str]:
    return {int(mode): name for mode, name in MODE.findall(text(root / MODES) or "")}


def parse(line: str) -> Line:
    loads = {unit: (int(percent) / 100, mhz) for unit, percent, mhz in LOAD.findall(line)}
    gpu_load, gpu_mhz = loads.get("GR3D", (None, ""))
    zones = {name: float(degrees) for name, degrees in TEMPERATURE.findall(line)}
    return Line(
        memory_load=loads.get("EMC", (None, ""))[0],
        gpu_load=gpu_load,
        gpu_mhz=float(gpu_mhz) if gpu_mhz else None,
        temperature_c={name: degrees for name, degrees in zones.items() if degrees > OFFLINE_C},
        power_w={rail: int(milliwatt) / 1000 for rail, milliwatt in POWER.findall(line)},
    )
