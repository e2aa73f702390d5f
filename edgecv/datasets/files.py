"""Files of a data set: found in one order everywhere, and looked at before they are read."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from edgecv.datasets.faults import Faults
from edgecv.errors import InputError
from edgecv.ondevice.commands.sources import SUFFIXES
from edgecv.records.recipe import Data

MB = 2**20


class Line(NamedTuple):
    text: str
    number: int


def root(data: Data) -> Path:
    """The folder that a recipe's `data.path` names."""
    if data.path is None:
        raise InputError(f"data.path: missing, expected the folder of the '{data.format}' files")
    path = Path(data.path)
    if not path.is_dir():
        raise InputError(f"data.path: expected a folder, got '{path}'{nothing_there(path)}")
    return path


def folder(path: Path) -> Path:
    """A folder that the format asks for."""
    if not path.is_dir():
        raise InputError(f"{path}: expected a folder{nothing_there(path)}")
    return path


def content(path: Path, what: str, most_mb: int) -> bytes:
    """All of a file that has to fit into memory; its size is looked at first."""
    try:
        size = path.stat().st_size
        if size > most_mb * MB:
            raise InputError(f"{path}: expected {what} of at most {most_mb} MB, got {size / MB:.0f} MB; split it")
        return path.read_bytes()
    except OSError as error:
        reason = nothing_there(path) or f": {(error.strerror or str(error)).lower()}"
        raise InputError(f"{path}: expected {what}{reason}") from error


def text(path: Path, what: str, most_mb: int) -> str:
    """All of a text file, which is written in UTF-8."""
    written = content(path, what, most_mb)
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + written.count(b"\n", 0, error.start)
        raise InputError(
            f"{path}:{line}: expected text in UTF-8, got the byte {written[error.start]:#04x}; save it as UTF-8"
        ) from error


def lines(path: Path, most_mb: int = 64) -> list[Line]:
    """The lines of a text file, without those that are empty."""
    written = text(path, "a text file", most_mb)
    return [Line(line.strip(), number) for number, line in enumerate(written.splitlines(), start=1) if line.strip()]


def labels(path: Path) -> tuple[str, ...]:
    """The lines of a file that names labels: different ones, and none missing, since their places are their numbers."""
    named: dict[str, None] = {}
    for label, line in lines(path):
        if line != len(named) + 1:
            raise InputError(
                f"{path}:{len(named) + 1}: expected a label a line, got an empty line, so that '{label}' would "
                f"stand for {len(named)}; remove the line, or name what has this number"
            )
        if label in named:
            raise InputError(f"{path}:{line}: '{label}' is listed twice")
        named[label] = None
    return tuple(named)


def different(found: Iterable[Line], path: Path, faults: Faults) -> list[str]:
    """The words of a list, each once."""
    seen: dict[str, None] = {}
    for line in found:
        if line.text in seen:
            faults.add("duplicate_names", path, f"'{line.text}' is listed twice", line.number)
        seen[line.text] = None
    return list(seen)


def images(folder: Path, faults: Faults) -> dict[str, Path]:
    """The images of a folder by their names without suffix, sorted."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in found:
            faults.add("duplicate_names", path, f"{found[path.stem].name} has the same name; keep one")
        found.setdefault(path.stem, path)
    return found


def folders(folder: Path) -> list[Path]:
    """The folders in a folder, sorted."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def holds_images(folder: Path) -> bool:
    return any(path.suffix.lower() in SUFFIXES for path in folder.iterdir())


def inside(folder: Path, name: str) -> Path | None:
    """The file that data names in a folder of its own; None for a name that leads out of it."""
    for flavour in (PurePosixPath, PureWindowsPath):
        pure = flavour(name)
        if pure.is_absolute() or pure.drive or ".." in pure.parts or not pure.parts or "\0" in name:
            return None
    return folder / name


def is_file(path: Path) -> bool:
    """Whether there is such a file. Data may name one in more letters than any has, of which Path would complain."""
    try:
        return path.is_file()
    except OSError:
        return False


def nothing_there(path: Path) -> str:
    try:
        return "" if path.exists() else ", found nothing there"
    except OSError as error:
        return f": {(error.strerror or str(error)).lower()}"
