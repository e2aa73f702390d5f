"""What a board has been sent, known by content, so that nothing travels twice.

A file is named by the digest of what is in it. A session's own tree, and the code that it runs, are names for the same
files. What nobody used for a month goes; where a disk is short of space, what is not needed now goes first.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, Sequence, Tuple

from edgecv.errors import InputError, Unavailable
from edgecv.records.files import PART, digest_of, digest_of_file

MARGIN = 32 * 2**20  # that a disk keeps for all others
UNUSED_S = 30 * 86400.0


class Store:
    def __init__(self, root: Path) -> None:
        self._objects, self._trees = root / "objects", root / "trees"

    def lacking(self, sizes: Mapping[str, int]) -> Dict[str, int]:
        """Of those that are needed, the ones to be sent: each with how much of it is there already."""
        lacking = {}
        for digest, size in sizes.items():
            path = self._object(digest)
            if path.is_file() and path.stat().st_size == size:
                os.utime(str(path))  # used now
            else:
                lacking[digest] = _size(_part(path))
        return lacking

    def make_room(self, needed: int, keep: Sequence[str]) -> None:
        """See that so many bytes fit, at the cost of what is not needed now."""
        self._objects.mkdir(parents=True, exist_ok=True)
        kept = {self._object(digest) for digest in keep}
        unneeded = sorted((path for path in self._files() if path not in kept), key=lambda path: path.stat().st_mtime)
        while _free(self._objects) < needed + MARGIN:
            if not unneeded:
                raise Unavailable(
                    f"{self._objects.parent}: {(needed + MARGIN) / 2**20:.0f} MB are needed and "
                    f"{_free(self._objects) / 2**20:.0f} MB are free; free some there"
                )
            unneeded.pop(0).unlink()

    def put(self, digest: str, offset: int, content: bytes, size: int) -> None:
        """Take the next piece of a file; the last one makes it whole, if it is what its digest says."""
        path = self._object(digest)
        part = _part(path)
        if path.is_file() and path.stat().st_size == size:
            return  # said twice, since the answer was lost
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("r+b" if part.exists() else "wb") as file:
            file.seek(offset)
            file.write(content)
            file.truncate()
        if offset + len(content) < size:
            return
        if digest_of_file(part) != digest:
            part.unlink()
            raise Unavailable(f"{part}: what arrived is not what was sent; is the disk sound?")
        part.chmod(0o444)
        part.replace(path)

    def lay(self, files: Mapping[str, str], place: Path) -> None:
        """Give files their names below a place."""
        for name, digest in files.items():
            if name.startswith("/") or ".." in name.split("/"):
                raise InputError(f"{name}: leads out of its folder")
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                continue
            try:
                os.link(str(self._object(digest)), str(path))
            except OSError:  # a file system without links
                shutil.copyfile(str(self._object(digest)), str(path))

    def code(self, files: Mapping[str, str]) -> Path:
        """A tree of modules that stays from session to session, compiled, as an installation is."""
        tree = self._trees / digest_of(dict(files)).partition(":")[2][:16]
        if not tree.is_dir():
            half = tree.with_name(tree.name + PART)
            shutil.rmtree(str(half), ignore_errors=True)
            self.lay(files, half)
            # By content, as the tree is known: its files' times tell when they were used last.
            compileall.compile_dir(str(half), quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            half.replace(tree)
        os.utime(str(tree))
        return tree

    def tidy(self) -> None:
        """Drop what was left half sent, and what nobody used for long."""
        for path in self._objects.glob(f"*{PART}"):
            path.unlink()
        old = [path for path in self._files() if _unused(path)]
        for path in old:
            path.unlink()
        for tree in self._trees.glob("*"):
            if tree.name.endswith(PART) or _unused(tree):
                shutil.rmtree(str(tree), ignore_errors=True)

    def _files(self) -> List[Path]:
        return [path for path in self._objects.glob("*") if not path.name.endswith(PART)]

    def _object(self, digest: str) -> Path:
        kind, _, letters = digest.partition(":")
        if kind != "sha256" or len(letters) != 64 or not set(letters) <= set("0123456789abcdef"):
            raise InputError(f"expected a digest, got '{digest}'")
        return self._objects / letters


def pieces_of(place: Path) -> Iterator[Tuple[str, int]]:
    """The files below a place, or at it, by their names from there, with their sizes."""
    if place.is_file():
        yield "", place.stat().st_size
    elif place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.name.endswith(PART):
                yield path.relative_to(place).as_posix(), path.stat().st_size


def _part(path: Path) -> Path:
    return path.with_name(path.name + PART)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _free(place: Path) -> int:
    return shutil.disk_usage(str(place)).free


def _unused(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > UNUSED_S
    return False
