"""Read one small file of the kernel's, as the untrusted text it is: what is absent, forbidden or garbage is None."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Dict, Iterable, List

MOST = 1 << 20  # bytes; /proc/cpuinfo of a server is the longest file wanted
CHUNK = 1 << 13
MOST_COUNTED = 1 << 64


def text(path: Path) -> str | None:
    """The file's text. Without a Python file around it, which takes a sampler twice the time."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):  # absent, forbidden, or, where text named the path, no path at all
        return None
    try:
        return _rest(file).decode(errors="replace").strip("\0 \n") or None  # a device tree ends texts with NUL
    except OSError:  # there and not readable, as a zone that is powered down
        return None
    finally:
        os.close(file)


def _rest(file: int) -> bytes:
    found = os.read(file, CHUNK)
    part = found
    while part and len(found) < MOST:
        part = os.read(file, CHUNK)
        found += part
    return found


def number(path: Path) -> int | None:
    return whole(text(path))


def numbers(paths: Iterable[Path]) -> List[int]:
    """Of those that can be read."""
    return [found for found in map(number, paths) if found is not None]


def whole(written: str | None, base: int = 10) -> int | None:
    try:
        value = int(written or "", base)
    except ValueError:
        return None
    return value if abs(value) < MOST_COUNTED else None


def named(path: Path) -> Dict[str, int]:
    """The lines `name number` of a file."""
    found = {}
    for line in (text(path) or "").splitlines():
        name, _, written = line.partition(" ")
        value = whole(written)
        if value is not None:
            found[name] = value
    return found


def in_order(folder: Path, pattern: str) -> List[Path]:
    """What matches, as people count: cpu10 comes after cpu9."""
    return sorted(folder.glob(pattern), key=lambda path: [(len(part), part) for part in path.parts])
