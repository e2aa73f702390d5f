"""How much memory measurements may take, watched from outside.

It is memory in use that is watched. A limit of the address space would refuse sound runtimes: they map files and
reserve addresses, CUDA by the tens of gigabytes, and a mapping costs nothing until it is used.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import List

from edgecv.errors import InputError

SHARE = 0.8  # of what is free: the rest is for what is taken between two looks, and for everybody else
GROUPS = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))  # version 2 and 1


class Guard:
    """Watches processes; the one that takes too much is told by an exception, whose sentence says how much that is."""

    def __init__(self, each_mb: float | None, all_mb: float | None) -> None:
        self.each_mb, self.all_mb = each_mb, all_mb
        self._pids: List[int] = []

    def watch(self, pid: int) -> None:
        """Look at a process, and at those beside it that were watched before."""
        if pid not in self._pids:
            self._pids.append(pid)
            _first_to_go(pid)
        taken = {each: rss_mb(each) for each in self._pids}
        if self.each_mb and taken[pid] > self.each_mb:
            raise InputError(f"it took {taken[pid]:.0f} MB of memory, and {self.each_mb:.0f} MB are allowed; ended")
        if self.all_mb and sum(taken.values()) > self.all_mb:
            raise InputError(
                f"{len(taken)} artifacts in turns took {sum(taken.values()):.0f} MB of memory, and {self.all_mb:.0f} "
                "MB are allowed; ended; --no-interleave measures one after the other"
            )


def guard(limit_mb: float | None, free_mb: float | None) -> Guard:
    """One that lets each process have what a user allows, and all of them most of what is free."""
    all_mb = None if free_mb is None else SHARE * free_mb
    return Guard(limit_mb or all_mb, all_mb)


def rss_mb(pid: int) -> float:
    """The memory that a process has in use; nothing where it has ended."""
    for line in _text(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _first_to_go(pid: int) -> None:
    """Should memory run out between two looks, the system ends this process and not another one."""
    with suppress(OSError):  # not everywhere
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000")


def free_mb(root: Path = Path("/")) -> float | None:
    """What can be taken before others suffer: of the machine, or of the group of processes that this one belongs to."""
    left = [_available(root), *(_left(folder) for folder in _groups(root))]
    return min((each for each in left if each is not None), default=None)


def _available(root: Path) -> float | None:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return None


def _groups(root: Path) -> List[Path]:
    """The group as a container sees it, and as its machine does."""
    mounted = root / "sys/fs/cgroup"
    own = [line.split(":", 2)[2].lstrip("/") for line in _text(root / "proc/self/cgroup").splitlines()]
    return [base / name for base in (mounted, mounted / "memory") for name in ("", *own)]


def _left(folder: Path) -> float | None:
    for limit, taken in GROUPS:
        figures = [_text(folder / name).strip() for name in (limit, taken)]
        if all(figure.isdigit() for figure in figures):  # "max" is no limit
            return (int(figures[0]) - int(figures[1])) / 2**20
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
