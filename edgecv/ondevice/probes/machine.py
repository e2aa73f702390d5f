"""What a machine is: its board, its processor, and whether that processor is a real one."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Dict, Mapping

from edgecv.ondevice.probes.files import text
from edgecv.ondevice.probes.processor import entries, kinds

ARM = ("aarch64", "arm")
X86 = ("x86_64", "i386", "i486", "i586", "i686")


def architecture(machine: str = "") -> str:
    """What a machine's processor is, in the words of device profiles; this machine's where none is given."""
    machine = (machine or platform.machine()).lower()
    return {"amd64": "x86_64", "arm64": "aarch64", "armv8l": "armv7l"}.get(machine, machine)


def cpu_model(root: Path = Path("/")) -> str:
    """What this machine's processor calls itself, or its architecture where it has no name."""
    return cpu(root) or platform.processor() or architecture()


def cores() -> int:
    """How many cores this process may use, which in a container can be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def board(root: Path) -> str | None:
    tree = text(root / "proc/device-tree/model")
    if tree:
        return tree
    maker, product = (text(root / "sys/class/dmi/id" / name) for name in ("sys_vendor", "product_name"))
    return " ".join(part for part in (maker, product) if part) or text(root / "sys/devices/soc0/machine")


def cpu(root: Path) -> str | None:
    """The kinds of its cores."""
    return ", ".join(kinds(root)) or None


def emulated(root: Path, arch: str) -> bool | None:
    """Whether instructions are translated. A virtual machine alone is not: its instructions run as they are.

    An emulated process is told the wished-for architecture by uname, but not by the kernel's own file, which Linux has
    had since 6.1. Before that the alias of the processor's module tells, which an x86 has whoever asks; and a device
    tree, of which emulation of a single process shows none.
    """
    told = _cpuinfo(root)
    if "TCG" in told.get("model name", ""):
        return True
    kernel = text(root / "proc/sys/kernel/arch")
    if kernel is None and arch.startswith(ARM):
        alias = text(root / "sys/devices/system/cpu/modalias") or ""
        if "vendor_id" in told or alias.startswith("cpu:type:x86"):  # the line is shown by old emulators only
            return True
        return False if text(root / "proc/device-tree/model") else None
    if kernel is None:
        return None
    return not any(arch.startswith(family) and kernel.startswith(family) for family in (ARM, X86))


def _cpuinfo(root: Path) -> Mapping[str, str]:
    """The first core's entries; the lines behind the cores, as a Raspberry Pi's, among them."""
    first: Dict[str, str] = {}
    for core in entries(root):
        first = {**core, **first}
    return first
