"""Files are written whole or not at all, and known by their digests."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_whole(path: Path, content: bytes) -> Path:
    """Write beside the place, then rename: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=str(path.parent))
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner can read
        half.replace(path)
    except BaseException:  # Ctrl-C too must not leave the half file behind
        half.unlink()
        raise
    return path


def _umask() -> int:
    umask = os.umask(0)  # it can only be read by setting it
    os.umask(umask)
    return umask


def write_json(path: Path, plain: Any) -> Path:
    return write_whole(path, (json.dumps(plain, indent=1, allow_nan=False) + "\n").encode())


def canonical(plain: Any) -> bytes:
    """The one JSON text of a value, so that equal values have equal digests."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(plain: Any) -> str:
    return "sha256:" + hashlib.sha256(canonical(plain)).hexdigest()


def digest_of_file(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            sha.update(block)
    return "sha256:" + sha.hexdigest()
