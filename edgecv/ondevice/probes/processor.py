"""The cores of a processor, as /proc/cpuinfo lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Tuple

from edgecv.ondevice.probes.files import text

ARM_PARTS = {  # "CPU part" of /proc/cpuinfo, where ARM's own cores give no name
    "0xc07": "Cortex-A7",
    "0xd03": "Cortex-A53",
    "0xd04": "Cortex-A35",
    "0xd05": "Cortex-A55",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse-N1",
    "0xd40": "Neoverse-V1",
    "0xd42": "Cortex-A78AE",
    "0xd83": "Neoverse-V3AE",
}
NVIDIA, NVIDIA_PARTS = "0x4e", {"0x003": "Denver 2", "0x004": "Carmel"}


def kinds(root: Path) -> Tuple[str, ...]:
    """Of each kind of core one name, in the order in which the cores are numbered."""
    return tuple(dict.fromkeys(name for name in map(_name, entries(root)) if name))


def entries(root: Path) -> List[Dict[str, str]]:
    """The entries of /proc/cpuinfo, core by core; what stands behind the cores, as on a Raspberry Pi, is one more."""
    blocks: List[Dict[str, str]] = [{}]
    for line in (text(root / "proc/cpuinfo") or "").splitlines():
        key, _, value = line.partition(":")
        if not line.strip() or key.strip() == "processor":
            blocks.append({})
        if key.strip():
            blocks[-1].setdefault(key.strip(), value.strip())
    return [block for block in blocks if block]


def _name(core: Dict[str, str]) -> str | None:
    part = core.get("CPU part", "")
    parts = NVIDIA_PARTS if core.get("CPU implementer") == NVIDIA else ARM_PARTS
    # A 64-bit ARM kernel calls all its cores by one name for programs of 32 bits.
    return parts.get(part) or core.get("model name") or part or None
