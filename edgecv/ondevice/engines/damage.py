"""Files that are gone, cut short or not what the manifest says, told with their name and the cure.

The digests find damage before a runtime sees the file: a flipped bit in the weights opens without complaint in every
runtime, and only makes the network wrong.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, Sequence, Tuple, Type

from edgecv.errors import InputError
from edgecv.records.artifact import Artifact
from edgecv.records.files import digest_of_file

CURE = "convert again"


def check_files(artifact: Artifact) -> None:
    """Refuse an artifact of which a file is gone, empty or changed."""
    if artifact.bundled:
        return  # a bundle is not opened before all of it was checked
    for inside in sorted({artifact.manifest.model, *artifact.manifest.files}):
        _check(artifact, inside)


def _check(artifact: Artifact, inside: str) -> None:
    path = artifact.folder / inside
    try:
        empty = path.stat().st_size == 0
        if empty:
            raise InputError(f"{path}: the file is empty; {CURE}")
        expected = artifact.manifest.files.get(inside)  # none yet while the artifact is being made
        if expected and digest_of_file(path) != expected:
            raise InputError(f"{path}: damaged: it is not the file that the manifest describes; {CURE}")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; {CURE}") from error


@contextmanager
def refusals(artifact: Artifact, runtime: str, kinds: Tuple[Type[Exception], ...]) -> Iterator[None]:
    """Name the file in whatever a runtime raises because of it."""
    try:
        yield
    except kinds as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"{artifact.model_file}: {runtime} cannot open it: {lines[-1].strip()}; {CURE}") from error


def check_names(artifact: Artifact, what: str, wanted: Sequence[str], present: Sequence[str]) -> None:
    """Refuse a model file in which an input or output of the manifest does not exist."""
    for name in wanted:
        if name not in present:
            raise InputError(
                f"{artifact.model_file}: {what}: expected '{name}', the file has {', '.join(present) or 'none'}; {CURE}"
            )
