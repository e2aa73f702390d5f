"""Calibration images of a network that no recipe describes: any folder of images, its sub-folders by turns.

A sub-folder usually holds one class. Only the images that are chosen are read and digested, so that a folder of a
million costs no more than its listing.
"""

from pathlib import Path

from edgecv.errors import InputError
from edgecv.ondevice.commands.sources import SUFFIXES
from edgecv.quantization import calibration
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.samples import Label, Samples


def open_folder(folder: Path, most: int) -> Samples:
    """At most so many images of a folder and of all folders in it; the same ones every time."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: expected a folder of images, got {'a file' if folder.exists() else 'nothing there'}"
        )
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and _is_shown(path, folder))
    everything = _samples(folder, paths, digest="")
    chosen = calibration.choose(everything, min(most, len(paths)))
    paths = [paths[index] for index in sorted(chosen)]
    contents = [[path.relative_to(folder).as_posix(), digest_of_file(path)] for path in paths]
    return _samples(folder, paths, digest_of(contents))


def _is_shown(path: Path, folder: Path) -> bool:
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _samples(folder: Path, paths: list[Path], digest: str) -> Samples:
    """The images, with their sub-folders in the place of labels."""
    parents = [path.parent.relative_to(folder).as_posix() for path in paths]
    labels = sorted(set(parents))
    return Samples(
        labels=tuple(labels),
        digest=digest,
        names=tuple(path.relative_to(folder).as_posix() for path in paths),
        image=lambda number: paths[number],
        truth=lambda number: Label(labels.index(parents[number])),
    )
