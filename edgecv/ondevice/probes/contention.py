"""Who had the processor: this process, others, another virtual machine, or nobody, because a quota was used up.

All are sums since some start, in seconds: two readings tell.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict, Iterator, Optional, Tuple

from edgecv.ondevice.probes.files import named, text, whole

Times = Tuple[Optional[float], Optional[float]]
UNKNOWN: Times = (None, None)


def load(root: Path) -> Tuple[float, ...]:
    try:
        return tuple(float(figure) for figure in (text(root / "proc/loadavg") or "").split()[:3])
    except ValueError:
        return ()


def processor_times(root: Path) -> Times:
    """Busy and stolen seconds of all cores together."""
    fields = [whole(field) for field in (text(root / "proc/stat") or "").split("\n")[0].split()[1:9]]
    if len(fields) < 8 or None in fields:
        return UNKNOWN
    user, nice, system, _idle, _iowait, irq, softirq, steal = (field or 0 for field in fields)
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq) / ticks, steal / ticks


def process_time(root: Path, pid: int | str = "self") -> float | None:
    """Processor time of a process, of its threads that have ended too."""
    # The name in brackets may itself hold spaces and brackets.
    fields = [whole(field) for field in (text(root / f"proc/{pid}/stat") or "").rpartition(")")[2].split()[11:13]]
    if len(fields) < 2 or None in fields:
        return None
    return sum(field or 0 for field in fields) / os.sysconf("SC_CLK_TCK")


def waited(root: Path, pid: int | str = "self") -> Dict[str, float]:
    """By thread, how long it stood ready while others had its core: the second figure of its schedstat."""
    found = {}
    for file in (root / f"proc/{pid}/task").glob("*/schedstat"):
        nanoseconds = whole((text(file) or "").partition(" ")[2].partition(" ")[0])
        if nanoseconds is not None:
            found[file.parent.name] = nanoseconds / 1e9
    return found


def pressure(root: Path) -> float | None:
    """How long some process of the machine waited for a core."""
    for line in (text(root / "proc/pressure/cpu") or "").splitlines():
        if line.startswith("some "):
            microseconds = whole(line.partition("total=")[2])
            return None if microseconds is None else microseconds / 1e6
    return None


def quota_throttled(root: Path, pid: int | str = "self") -> float | None:
    """How long the quota of the process's cgroup, or of one around it, held threads back, summed over cores.

    A cgroup without a quota counts 0. A container sees its own cgroups, and not those of its host around them.
    """
    # cgroup v2 counts microseconds, v1 nanoseconds; a group that says neither has no quota.
    counts = [
        stat.get("throttled_usec", 0) / 1e6 + stat.get("throttled_time", 0) / 1e9
        for stat in map(named, _cgroups(root, pid))
        if stat
    ]
    return sum(counts) if counts else None


def _cgroups(root: Path, pid: int | str) -> Iterator[Path]:
    """cpu.stat of the process's cgroup and of those around it, in version 1 and 2."""
    for line in (text(root / f"proc/{pid}/cgroup") or "").splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        hierarchy = root / "sys/fs/cgroup" / controllers
        if (controllers and "cpu" not in controllers.split(",")) or ".." in path:
            continue
        if not controllers and not (hierarchy / "cgroup.controllers").exists():
            hierarchy = hierarchy / "unified"  # where version 1 is in use, version 2 has its place beside it
        group = hierarchy / path.strip("/")
        while True:
            yield group / "cpu.stat"
            if group == hierarchy:
                break
            group = group.parent
