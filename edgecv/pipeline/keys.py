"""What a piece of work is known by: a digest over everything that could change its result."""

import functools
import hashlib
import platform
from pathlib import Path
from typing import Any

import edgecv
from edgecv.errors import InputError
from edgecv.hosts.versions import versions
from edgecv.records.files import digest_of, digest_of_file


def key(**ingredients: Any) -> str:
    """The name of a piece of work in the store."""
    return digest_of(ingredients).removeprefix("sha256:")[:32]


def digest_of_network(network: Path) -> str:
    """What a file or a SavedModel folder is known by."""
    if network.is_dir():
        files = sorted(path for path in network.rglob("*") if path.is_file())
        return digest_of([[path.relative_to(network).as_posix(), digest_of_file(path)] for path in files])
    if not network.is_file():
        raise InputError(f"{network}: no such file")
    return digest_of_file(network)


@functools.cache
def code_version(*places: str) -> str:
    """Digest of the source that does the work, so that a mended bug is not hidden by a stored result.

    Places are files or folders inside the package, such as `ondevice/images.py` or `models`.
    """
    package = Path(edgecv.__file__).parent
    sha = hashlib.sha256()
    for place in places:
        path = package / place
        sources = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for source in sources:
            sha.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes() + b"\0")
    return sha.hexdigest()


def tool_versions(*packages: str) -> dict[str, str]:
    """The versions of Python and of the packages that are at work."""
    return {"python": platform.python_version(), **versions(*packages)}
