"""How much memory this process may still take: what the machine has left, or what its container leaves of that."""

from collections.abc import Iterator
from pathlib import Path

UNKNOWN = 1 << 30  # where nothing says how much is left
GROUPS = Path("/sys/fs/cgroup")


def available_bytes(machine: Path = Path("/proc/meminfo"), groups: Path = GROUPS, mine: Path | None = None) -> int:
    """The least of what the machine and every control group around this process have left."""
    known = [*_of_machine(machine), *_of_groups(groups, mine or Path("/proc/self/cgroup"))]
    return max(0, min(known)) if known else UNKNOWN


def _of_machine(meminfo: Path) -> Iterator[int]:
    for line in _lines(meminfo):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024


def _of_groups(root: Path, mine: Path) -> Iterator[int]:
    """Version 2 keeps one tree, version 1 one of memory alone; in a container its own group may be the root."""
    for line in _lines(mine):
        number, kinds, path = line.split(":", 2)
        if number == "0":
            yield from _up(root, path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in kinds.split(","):
            yield from _up(
                root / "memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
            )


def _up(root: Path, path: str, limit: str, used: str, reclaimable: str) -> Iterator[int]:
    here = Path(path.strip("/"))
    for group in (root / here, *(root / above for above in here.parents)):
        most, taken = _number(group / limit), _number(group / used)
        if most is not None and taken is not None:
            yield most - taken + _cached(group / "memory.stat", reclaimable)


def _cached(stat: Path, name: str) -> int:
    """Pages of files count as used, but go when they are needed."""
    return next((int(line.split()[1]) for line in _lines(stat) if line.startswith(f"{name} ")), 0)


def _number(path: Path) -> int | None:
    text = "".join(_lines(path)).strip()
    return int(text) if text.isdecimal() else None  # "max": no limit


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux, or no such group
        return []
