"""Plans that were built on this machine, kept for the next opening.

A plan is for one GPU and one TensorRT, and takes minutes to build. It is program code to whoever loads it, so the
folder has to belong to the user alone; the digest in front of each file finds damage.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.ondevice.probes.jetson import power_mode
from edgecv.records.files import digest_of, write_whole

ROOT = Path("/")  # of the files that tell a Jetson's power mode: kernels are chosen by timing them, so it matters
DIGEST_BYTES = hashlib.sha256().digest_size


def folder() -> Path:
    """Where plans are kept: `tensorrt` in $EDGECV_CACHE, or in `edgecv` in the user's cache folder."""
    own = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    base = os.environ.get("EDGECV_CACHE") or str(Path(own) / "edgecv")
    place = Path(base).expanduser() / "tensorrt"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = place.stat()
    if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o077:
        raise InputError(f"{place}: plans are program code: expected a folder of yours alone; chmod 700 or remove it")
    return place


def place_for(kind: str, **facts: Any) -> Path:
    """The file for what was made under these facts: another TensorRT, GPU or power mode has another."""
    key = digest_of({**facts, "power_mode": power_mode(ROOT)}).split(":")[1]
    return folder() / f"{key[:32]}.{kind}"


def read(place: Path) -> bytes | None:
    """What was kept; None where there is nothing, or it is damaged."""
    try:
        content = place.read_bytes()
    except OSError:
        return None
    digest, kept = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return kept if kept and hashlib.sha256(kept).digest() == digest else None


def keep(place: Path, content: bytes) -> None:
    write_whole(place, hashlib.sha256(content).digest() + content)
