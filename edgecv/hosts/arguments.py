"""What a command is given that lies on this machine, and what it makes: a board has its own places for both."""

from dataclasses import dataclass
from pathlib import Path

from edgecv.ondevice.commands.sources import find_pictures
from edgecv.records.artifact import MANIFEST, Artifact


@dataclass(frozen=True)
class Given:
    """A file that is read, or those of a folder that are."""

    path: Path
    inside: tuple[str, ...] | None = None  # of a folder: the names from there


@dataclass(frozen=True)
class GivenList:
    """Files that are read, one after the other, as a text file lists them with one path a line."""

    listing: Path
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Made:
    """A file or folder that is written."""

    path: Path


Argument = Given | GivenList | Made | str | int | float


def given_artifact(artifact: Artifact) -> Given:
    """An artifact with all that belongs to it, and nothing that happens to lie there."""
    if artifact.bundled:
        return Given(artifact.folder)
    return Given(artifact.folder, (MANIFEST, *sorted(artifact.manifest.files)))


def given_pictures(path: Path) -> Given:
    """A picture, or a folder with those that are in it."""
    return Given(path, tuple(names_of_pictures(path)) if path.is_dir() else None)


def names_of_pictures(folder: Path) -> list[str]:
    return [Path(each.name).name for each in find_pictures([str(folder)])]


def given_source(source: str) -> Given | GivenList:
    """What a user names as images to look at."""
    if source.startswith("@"):
        return GivenList(Path(source[1:]), tuple(Path(each.name) for each in find_pictures([source])))
    return given_pictures(Path(source))


def as_here(argument: Argument) -> str:
    """The word that a command on this machine takes."""
    if isinstance(argument, GivenList):
        return f"@{argument.listing}"
    return str(argument.path if isinstance(argument, Given | Made) else argument)
