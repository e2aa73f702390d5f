"""The run folder: what a user holds after a run. Copies from the store, each put in place whole."""

import shutil
import uuid
from pathlib import Path

from edgecv.errors import InputError
from edgecv.pipeline.store import SEAL
from edgecv.records.files import PART, write_whole

LOCK = ".lock"  # of a run folder: held while a run is at work in it, and the sign that it is one


def publish_file(source: Path, place: Path) -> Path:
    """Copy a file to its place, unless it is there already."""
    content = source.read_bytes()
    if place.exists() and place.read_bytes() == content:
        return place
    return write_whole(place, content)


def require_own(place: Path, sign: str) -> None:
    """Refuse a folder that holds somebody's files and not, by the name of one file, an earlier result."""
    if place.is_dir() and any(place.iterdir()) and not (place / sign).exists():
        raise InputError(f"{place}: this folder holds other files; choose a new --out")
    if place.exists() and not place.is_dir():
        raise InputError(f"{place}: expected a folder, got a file; choose another --out")


def publish_folder(source: Path, place: Path) -> Path:
    """Copy a folder to its place, replacing an older one in one step, unless the same is there already."""
    place = place.resolve()
    if place.is_dir() and _contents(place) == _contents(source):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.{uuid.uuid4().hex}{PART}")
    try:
        shutil.copytree(source, fresh, ignore=shutil.ignore_patterns(SEAL))
        if place.is_dir():
            stale = place.with_name(f".{place.name}.{uuid.uuid4().hex}{PART}")
            place.rename(stale)
            fresh.rename(place)
            shutil.rmtree(stale)
        else:
            fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return place


def clear_leftovers(folder: Path) -> None:
    """Remove what a killed run left half-copied."""
    for left in list(folder.rglob(f".*{PART}")):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def open_run_folder(folder: Path) -> Path:
    """The run folder, made when absent; refused when it is something else's."""
    require_own(folder, LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror}; choose another --out") from error
    return folder


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != SEAL
    }
