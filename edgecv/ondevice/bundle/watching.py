"""Images that come into a folder, each once it is whole."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Dict, Iterator, NamedTuple

from edgecv.errors import InputError
from edgecv.ondevice.bundle.telling import note
from edgecv.ondevice.commands.sources import SUFFIXES, Picture

PERIOD_S = 0.3
OWN = (".predicted", ".mask")  # how the names of drawn images end, which may be written into the same folder


class State(NamedTuple):
    """What changes while a file is written."""

    modified_ns: int
    bytes: int


def arrivals(folder: Path) -> Iterator[Picture]:
    """Each image that comes or changes from now on, once it has stayed the same for a period; for ever."""
    known = _look(folder)
    note(f"watching  {folder}: {len(known)} images that are there already stay as they are")
    before = known
    while True:
        time.sleep(PERIOD_S)
        now = _look(folder)
        settled = [path for path in sorted(now) if now[path] == before.get(path) and now[path] != known.get(path)]
        before = now
        for path in settled:
            known[path] = now[path]
            yield Picture(str(path), path.stem, path)


def _look(folder: Path) -> Dict[Path, State]:
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder to watch")
    return {path: state for path in folder.iterdir() if _is_image(path) for state in _state(path)}


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.stem.endswith(OWN) and not path.name.startswith(".")


def _state(path: Path) -> Iterator[State]:
    """None where it is gone again, or still empty."""
    try:
        facts = path.stat()
    except OSError:
        return
    if facts.st_size:
        yield State(facts.st_mtime_ns, facts.st_size)
