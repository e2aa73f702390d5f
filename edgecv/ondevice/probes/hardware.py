"""What only a probe asks of a machine: maker, system, memory, and what its processor and its GPU can do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, Tuple

from edgecv.ondevice.probes.files import text, whole
from edgecv.ondevice.probes.processor import entries
from edgecv.records.machine import FoundGpu

VENDORS = {"raspberrypi": "raspberry-pi", "fsl": "nxp", "GenuineIntel": "intel", "AuthenticAMD": "amd"}
FEATURES = (  # of all that /proc/cpuinfo tells, what runtimes choose kernels by
    *("neon", "asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2"),
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8"),
)
RANGE = re.compile(r"(\d+)(?:-(\d+))?")
# developer.nvidia.com/cuda-gpus and cuda-legacy-gpus, by the word for the chip in a device tree.
GPUS = {
    "nvidia,tegra210": FoundGpu("Maxwell", "5.3"),
    "nvidia,tegra186": FoundGpu("Pascal", "6.2"),
    "nvidia,tegra194": FoundGpu("Volta", "7.2"),
    "nvidia,tegra234": FoundGpu("Ampere", "8.7"),
    "nvidia,tegra264": FoundGpu("Blackwell", "11.0"),
}


def vendor(root: Path) -> str:
    """Who makes the board, or of a PC the processor, in the words of device profiles; empty where nothing tells."""
    tree = (text(root / "proc/device-tree/compatible") or "").partition(",")[0]
    word = tree or next((core["vendor_id"] for core in entries(root) if "vendor_id" in core), "")
    return VENDORS.get(word, word)


def system(root: Path) -> str:
    """The operating system, as it calls itself."""
    for line in (text(root / "etc/os-release") or "").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip("\"'")
    return ""


def memory_mb(root: Path) -> int | None:
    """What the system has of it."""
    for line in (text(root / "proc/meminfo") or "").splitlines():
        if line.startswith("MemTotal:"):
            kilobytes = whole(line.split()[1]) if len(line.split()) > 1 else None
            return None if kilobytes is None else kilobytes >> 10
    return None


def cores(root: Path) -> int | None:
    """All that are there, those that a power mode has switched off among them."""
    ranges = [RANGE.fullmatch(part) for part in (text(root / "sys/devices/system/cpu/present") or "").split(",")]
    present = sum(int(each[2] or each[1]) - int(each[1]) + 1 for each in ranges if each)
    return present or sum("processor" in core for core in entries(root)) or None


def features(root: Path) -> Tuple[str, ...]:
    told = [set((core.get("Features") or core["flags"]).split()) for core in entries(root) if _tells(core)]
    return tuple(name for name in FEATURES if told and all(name in each for each in told))


def gpu(root: Path) -> FoundGpu | None:
    """That of a Jetson, by the name of its chip."""
    names = (text(root / "proc/device-tree/compatible") or "").split("\0")
    return next((GPUS[name] for name in names if name in GPUS), None)


def _tells(core: Dict[str, str]) -> bool:
    return "Features" in core or "flags" in core
