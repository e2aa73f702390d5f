"""Clocks of the cores and of a board's GPU. A machine without cpufreq, as most virtual ones, has none.

cpufreq counts in kHz, devfreq in Hz, and a Jetson's GPU tells its load in thousandths.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict

from edgecv.ondevice.probes.files import in_order, number, text

GPUS = ("gpu", "gv11b", "gp10b", "ga10b", "mali", "v3d", "galcore")  # in the names of devfreq devices


def governor(root: Path) -> str | None:
    """The one of all cores; several are joined."""
    governors = {text(path) for path in _cores(root, "scaling_governor").values()} - {None}
    return ", ".join(sorted(str(governor) for governor in governors)) or None


def frequencies(root: Path, which: str = "scaling_cur_freq") -> Dict[str, float]:
    """MHz by core: now, or with `scaling_max_freq` and `scaling_min_freq` the limits."""
    found = {core: number(path) for core, path in _cores(root, which).items()}
    return {core: khz / 1000 for core, khz in found.items() if khz is not None}


def fixed(root: Path) -> bool | None:
    """Whether no core can change its clock, as after `jetson_clocks`."""
    lowest, highest = (frequencies(root, f"scaling_{limit}_freq") for limit in ("min", "max"))
    return lowest == highest if lowest and highest else None


def gpu_mhz(root: Path) -> float | None:
    device = _gpu(root)
    hz = number(device / "cur_freq") if device else None
    return None if hz is None else hz / 1e6


def gpu_load(root: Path) -> float | None:
    """0 to 1. Where the kernel keeps it depends on its version: beside the clock's device or by an old name."""
    device = _gpu(root)
    places = [device / "device/load"] if device else []
    for place in (*places, root / "sys/devices/gpu.0/load", root / "sys/devices/platform/gpu.0/load"):
        thousandths = number(place)
        if thousandths is not None:
            return thousandths / 1000
    return None


def _gpu(root: Path) -> Path | None:
    devices = in_order(root / "sys/class/devfreq", "*")
    return next((device for device in devices if any(name in device.name for name in GPUS)), None)


def _cores(root: Path, which: str) -> Dict[str, Path]:
    """That file of every core, in the order of the cores."""
    paths = in_order(root / "sys/devices/system/cpu", f"cpu[0-9]*/cpufreq/{which}")
    return {path.parts[-3]: path for path in paths}
