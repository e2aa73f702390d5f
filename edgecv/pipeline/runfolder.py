"""The run folder: what a user holds after a run. Copies from the store, each put in place whole."""

import shutil
import uuid
from pathlib import Path

from edgecv.errors import InputError
from edgecv.pipeline.store import SEAL
from edgecv.records.files import PART, write_whole


def publish_file(source: Path, place: Path) -> Path:
    """Copy a file to its place, unless it is there already."""
    content = source.read_bytes()
    if place.exists() and place.read_bytes() == content:
        return place
    return write_whole(place, content)


def publish_folder(source: Path, place: Path) -> Path:
    """Copy a folder to its place, replacing an older one in one step, unless the same is there already."""
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
    """The folder, made when absent; refused when it is something else's."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: expected a folder for the run, got a file; choose another --out")
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
