"""Memory and age of a process."""

from __future__ import annotations

import os
from pathlib import Path

from edgecv.ondevice.probes.files import text, whole


def peak_memory_mb(root: Path = Path("/"), pid: int | str = "self") -> float | None:
    """The most memory a process ever had in use."""
    return _status(root, pid, "VmHWM:")


def rss_mb(root: Path = Path("/"), pid: int | str = "self") -> float | None:
    """The memory a process has in use."""
    return _status(root, pid, "VmRSS:")


def process_age_s(root: Path = Path("/")) -> float | None:
    """How long ago this process was started."""
    # The name in brackets may itself hold spaces and brackets.
    fields = (text(root / "proc/self/stat") or "").rpartition(")")[2].split()
    ticks = whole(fields[19]) if len(fields) > 19 else None
    try:
        uptime = float((text(root / "proc/uptime") or "").split()[0])
    except (IndexError, ValueError):
        return None
    return None if ticks is None else uptime - ticks / os.sysconf("SC_CLK_TCK")


def _status(root: Path, pid: int | str, name: str) -> float | None:
    for line in (text(root / f"proc/{pid}/status") or "").splitlines():
        if line.startswith(name):
            kilobytes = whole(line.split()[1]) if len(line.split()) > 1 else None
            return None if kilobytes is None else kilobytes / 1024
    return None
