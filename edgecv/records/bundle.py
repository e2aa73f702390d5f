"""A bundle: one runnable file with an artifact, the code that runs it, and the digests of both.

It is a zip file whose members are read in memory and never unpacked. The digests find damage, not forgery: who can
write the file can write the digests. That of the whole file, its seal, is all that a board looks at while it holds;
those of the members tell what is altered, and accept a bundle that a tool for zip files has packed anew.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict

from edgecv.errors import InputError
from edgecv.records.files import digest_of_content
from edgecv.records.seal import Places, places_if_whole

SUFFIX = ".pyz"
ARTIFACT = "artifact/"  # the members that an artifact folder would hold
CONTENTS = "contents.json"  # the digests of all other members
UNREADABLE = ""  # what no digest is
CURE = "copy it again, or make it anew with edgecv bundle"


def check_bundle(bundle: Path) -> None:
    """InputError where a bundle is not as it was made."""
    _places(bundle)


def read_member(bundle: Path, name: str) -> bytes:
    """One member of a bundle that is as it was made; InputError where it is not, or has no such member."""
    place = _places(bundle).get(name)
    if place is None:
        return _unzipped(bundle, name)
    start, length = place
    with bundle.open("rb") as file:
        file.seek(start)
        return file.read(length)


def _places(bundle: Path) -> Places:
    """Where members lie that can be read without a look into the zip file."""
    try:
        state = bundle.stat()
        return _checked(bundle, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise InputError(f"{bundle}: cannot be read: {error.strerror}") from error


@lru_cache(maxsize=8)  # once a process: a large model takes a slow board a second
def _checked(bundle: Path, _mtime_ns: int, _size: int) -> Places:
    places = places_if_whole(bundle)
    if places is None:
        check_members(bundle)
        return {}
    return places


def check_members(bundle: Path) -> Dict[str, str]:
    """The digests of all members by name; InputError where one is altered, gone, or nobody's."""
    import zipfile  # which takes a board longer than the seal that makes it needless

    expected = _members(bundle)
    found: Dict[str, str] = {}
    try:
        with zipfile.ZipFile(str(bundle)) as archive:
            for name in archive.namelist():
                _refuse_escape(bundle, name)
                if name != CONTENTS:
                    found[name] = _digest(archive, name)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{bundle}: damaged: {error}; {CURE}") from error
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            raise InputError(f"{bundle}: {name}: {_what(name, expected, found)}; {CURE}")
    return found


def _digest(archive: Any, name: str) -> str:
    try:
        return digest_of_content(archive.read(name))
    except Exception:  # a damaged member makes zipfile raise anything
        return UNREADABLE


def _unzipped(bundle: Path, name: str) -> bytes:
    import zipfile

    try:
        with zipfile.ZipFile(str(bundle)) as archive:
            return archive.read(name)
    except KeyError:
        raise InputError(f"{bundle}: not a bundle: it has no {name}") from None
    except Exception as error:  # a damaged file makes zipfile raise anything
        raise InputError(f"{bundle}: damaged: {name} cannot be read: {error}; {CURE}") from error


def _members(bundle: Path) -> Dict[str, str]:
    try:
        members: Any = json.loads(_unzipped(bundle, CONTENTS).decode("utf-8"))["members"]
        return {str(name): str(digest) for name, digest in members.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{bundle}: damaged: {CONTENTS} cannot be read: {error}; {CURE}") from error


def _refuse_escape(bundle: Path, name: str) -> None:
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise InputError(f"{bundle}: the member '{name}' leads out of the bundle; {CURE}")


def _what(name: str, expected: Dict[str, str], found: Dict[str, str]) -> str:
    if name not in found:
        return "gone from the bundle"
    return "altered since the bundle was made" if name in expected else "does not belong to the bundle"
