"""A bundle: one runnable file with an artifact, the code that runs it, and the digests of both.

It is a zip file whose members are read in memory and never unpacked. The digests find damage, not forgery: who can
write the file can write the digests.
"""

from __future__ import annotations

import json
import struct
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict

from edgecv.errors import InputError
from edgecv.records.files import digest_of_content

SUFFIX = ".pyz"
ARTIFACT = "artifact/"  # the members that an artifact folder would hold
CONTENTS = "contents.json"  # the digests of all other members
CURE = "copy it again, or make it anew with edgecv bundle"
LENGTHS_AT = 26  # in the header of a member: the lengths of its name and of an extra field, right before the content


def read_member(bundle: Path, name: str) -> bytes:
    """One member of a bundle; InputError where it is damaged or is not there."""
    try:
        with zipfile.ZipFile(str(bundle)) as archive:
            return _content(archive, archive.getinfo(name))
    except KeyError:
        raise InputError(f"{bundle}: not a bundle: it has no {name}") from None
    except Exception as error:  # a damaged file makes zipfile raise anything
        raise InputError(f"{bundle}: damaged: {name} cannot be read: {error}; {CURE}") from error


def check_members(bundle: Path) -> Dict[str, str]:
    """The digests of all members by name; InputError where one is altered, gone, or nobody's."""
    try:
        state = bundle.stat()
    except OSError as error:
        raise InputError(f"{bundle}: cannot be read: {error.strerror}") from error
    return _checked(bundle, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)  # once a process: a large model takes a slow board a second
def _checked(bundle: Path, _mtime_ns: int, _size: int) -> Dict[str, str]:
    expected = _members(bundle)
    found: Dict[str, str] = {}
    try:
        with zipfile.ZipFile(str(bundle)) as archive:
            for member in archive.infolist():
                _refuse_escape(bundle, member.filename)
                if member.filename != CONTENTS:
                    found[member.filename] = digest_of_content(_content(archive, member))
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{bundle}: damaged: {error}; {CURE}") from error
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            raise InputError(f"{bundle}: {name}: {_what(name, expected, found)}; {CURE}")
    return found


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """What is stored as it is, is read as it is: zipfile would add it up first, which the digest makes needless."""
    if member.compress_type != zipfile.ZIP_STORED or member.filename == CONTENTS:
        return archive.read(member)
    file = archive.fp
    assert file is not None
    file.seek(member.header_offset + LENGTHS_AT)
    name_bytes, extra_bytes = struct.unpack("<HH", file.read(4))
    file.seek(name_bytes + extra_bytes, 1)
    return file.read(member.file_size)


def _members(bundle: Path) -> Dict[str, str]:
    try:
        members: Any = json.loads(read_member(bundle, CONTENTS).decode("utf-8"))["members"]
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
