"""Files of a data set: found in one order everywhere, and measured without being decoded."""

from pathlib import Path

from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice.commands.sources import SUFFIXES
from edgecv.ondevice.decoding import ORIENTATION
from edgecv.records.recipe import Data

LYING = (5, 6, 7, 8)  # EXIF orientations that swap height and width


def root(data: Data) -> Path:
    """The folder that a recipe's `data.path` names."""
    if data.path is None:
        raise InputError(f"data.path: missing, expected the folder of the '{data.format}' files")
    path = Path(data.path)
    if not path.is_dir():
        raise InputError(f"data.path: expected a folder, got '{path}'{_nothing_there(path)}")
    return path


def folder(path: Path, cure: str = "") -> Path:
    """A folder that the format asks for; `cure` is said where there is none."""
    if not path.is_dir():
        raise InputError(f"{path}: expected a folder{_nothing_there(path)}{cure}")
    return path


def lines(path: Path, cure: str = "") -> list[str]:
    """The lines of a small text file: different ones, empty ones left out."""
    try:
        written = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected a text file{_nothing_there(path) or f': {error}'}{cure}") from error
    found = [line.strip() for line in written if line.strip()]
    if len(set(found)) < len(found):
        raise InputError(f"{path}: '{next(line for line in found if found.count(line) > 1)}' is listed twice")
    return found


def images(folder: Path) -> dict[str, Path]:
    """The images of a folder by their names without suffix, sorted."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in found:
            raise InputError(f"{path}: {found[path.stem].name} has the same name; keep one")
        found[path.stem] = path
    return found


def image_size(path: Path, *, upright: bool = True) -> tuple[int, int]:
    """Height and width of an image, with its EXIF rotation applied where it is `upright`; pixels are not decoded."""
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            # Not the format's own `getexif`: that of PNG decodes all pixels, to look behind them too.
            lying = upright and Image.Image.getexif(picture).get(ORIENTATION) in LYING
    except Exception as error:  # a damaged file makes decoders raise anything
        raise InputError(f"{path}: the image cannot be read: {error}") from error
    return (width, height) if lying else (height, width)


def _nothing_there(path: Path) -> str:
    return "" if path.exists() else ", found nothing there"
