"""Files are written whole or not at all, and known by their digests."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

PART = ".edgecv-part"  # how the names of half-written files end, by which they are known when a run was killed


def write_whole(path: Path, content: bytes) -> Path:
    """Write beside the place, then rename: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.urandom(8).hex()}{PART}")
    try:
        with half.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:  # Ctrl-C too must not leave the half file behind
        if half.exists():
            half.unlink()
        raise
    return path


def write_json(path: Path, plain: Any) -> Path:
    return write_whole(path, (json.dumps(plain, indent=1, allow_nan=False) + "\n").encode())


def canonical(plain: Any) -> bytes:
    """The one JSON text of a value, so that equal values have equal digests."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(plain: Any) -> str:
    return digest_of_content(canonical(plain))


def digest_of_content(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest_of_file(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            sha.update(block)
    return "sha256:" + sha.hexdigest()
