"""The store of finished work: folders known by the digest of everything that went into them.

A piece of work is claimed (a lock that dies with its process), filled in a folder of its own, sealed with a list of its
files, and renamed into place. So two runs never make the same thing twice at once, a kill loses only unfinished work,
and nothing half-written is ever found.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgecv.errors import InputError, Unavailable
from edgecv.records.files import write_json

SEAL = "entry.json"


@dataclass(frozen=True)
class Entry:
    """A finished piece of work."""

    folder: Path
    stage: str
    key: str
    about: str
    size_bytes: int
    last_used: float  # seconds since the epoch


@dataclass(eq=False)
class Claim:
    """The right to make one piece of work, or to use it when it is already there."""

    store: "Store"
    stage: str
    key: str
    finished: Path | None

    @property
    def folder(self) -> Path:
        """Where unfinished work goes; empty at the start of a claim."""
        return self.store.unfinished / f"{self.stage}-{self.key}"

    def finish(self, about: str) -> Path:
        """Seal the work and put it where it is found."""
        self._seal(self.folder, about)
        place = self.store.place(self.stage, self.key)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)  # what `find` did not believe
        self.folder.rename(place)
        self.finished = place
        return place

    def add(self) -> None:
        """Seal finished work anew, to which something was added that goes by the same key."""
        assert self.finished is not None
        self._seal(self.finished, json.loads((self.finished / SEAL).read_bytes())["about"])

    def _seal(self, folder: Path, about: str) -> None:
        files = {str(path.relative_to(folder)): path.stat().st_size for path in _files(folder) if path.name != SEAL}
        write_json(folder / SEAL, {"stage": self.stage, "key": self.key, "about": about, "files": files})


class Store:
    """Finished work under one folder, by stage and key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.unfinished = root / "unfinished"
        self.checkpoints = root / "checkpoints"  # of trainings that are under way, or were killed
        self.locks = root / "locks"

    def place(self, stage: str, key: str) -> Path:
        return self.root / "finished" / stage / key

    def find(self, stage: str, key: str) -> Path | None:
        """The folder of finished work, if it is there and whole."""
        place = self.place(stage, key)
        try:
            seal = json.loads((place / SEAL).read_bytes())
            whole = all((place / name).stat().st_size == size for name, size in seal["files"].items())
        except (OSError, ValueError, KeyError):
            return None
        if not whole:
            return None
        os.utime(place / SEAL)  # its time says when it was last of use
        return place

    @contextmanager
    def claim(self, stage: str, key: str, *, again: bool = False) -> Iterator[Claim]:
        """Wait for whoever makes the same thing, then use theirs or make it; `again` makes it in any case."""
        try:
            self.locks.mkdir(parents=True, exist_ok=True)
            lock = (self.locks / f"{stage}-{key}").open("w")
        except OSError as error:
            raise InputError(f"{self.root}: the store cannot be written: {error.strerror}; set EDGECV_CACHE") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            claim = Claim(self, stage, key, None if again else self.find(stage, key))
            if claim.finished is None:
                shutil.rmtree(claim.folder, ignore_errors=True)
                claim.folder.mkdir(parents=True)
            try:
                yield claim
            finally:
                if claim.finished is None:
                    shutil.rmtree(claim.folder, ignore_errors=True)

    def entries(self) -> list[Entry]:
        """All finished work, the longest unused first."""
        found = [_entry(folder) for folder in self.root.glob("finished/*/*")]
        return sorted(found, key=lambda entry: entry.last_used)

    def prune(self, *, unused_days: float) -> list[Entry]:
        """Drop work that nobody used for so long, and what killed runs left behind."""
        old = time.time() - unused_days * 86400
        dropped = [entry for entry in self.entries() if entry.last_used <= old and self._drop(entry)]
        for left in self.unfinished.glob("*"):
            with self._free(left.name) as free:
                if free:
                    shutil.rmtree(left)
        for left in self.checkpoints.glob("*"):
            with self._free(f"train-{left.name}") as free:
                if free and left.stat().st_mtime <= old:
                    shutil.rmtree(left)
        return dropped

    def _drop(self, entry: Entry) -> bool:
        with self._free(f"{entry.stage}-{entry.key}") as free:
            if free:
                shutil.rmtree(entry.folder)
        return free

    @contextmanager
    def _free(self, name: str) -> Iterator[bool]:
        """Whether nobody holds the claim of this name; held by us for the while."""
        self.locks.mkdir(parents=True, exist_ok=True)
        with (self.locks / name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def default_store() -> Store:
    """The user's store: $EDGECV_CACHE, or edgecv in the user's cache folder."""
    chosen = os.environ.get("EDGECV_CACHE")
    if chosen:
        return Store(Path(chosen))
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return Store((Path(base) if base else Path.home() / ".cache") / "edgecv")
    except RuntimeError as error:  # no home folder
        raise Unavailable(f"no place for the store of finished work: {error}; set EDGECV_CACHE") from error


def _entry(folder: Path) -> Entry:
    """One finished piece of work; one whose seal is damaged is of no use, and the first to go."""
    stage, key = folder.parent.name, folder.name
    try:
        seal = folder / SEAL
        plain = json.loads(seal.read_bytes())
        return Entry(folder, stage, key, plain["about"], sum(plain["files"].values()), seal.stat().st_mtime)
    except (OSError, ValueError, KeyError):
        return Entry(folder, stage, key, "damaged", sum(path.stat().st_size for path in _files(folder)), 0.0)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
