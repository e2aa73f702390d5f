"""The options of a format: every key that a recipe gives must be known, and of the right kind."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeVar

from edgecv.errors import InputError, did_you_mean, not_one_of
from edgecv.records.recipe import Data

T = TypeVar("T", str, int)


def refuse_unknown(data: Data, known: Iterable[str]) -> None:
    """Refuse what the format would otherwise ignore."""
    known = list(known)
    for key in data.options:
        if key not in known:
            has = f"its options are {', '.join(known)}" if known else "it has none"
            raise InputError(f"data.{key}: no option of '{data.format}': {has}{did_you_mean(key, known)}")


def refuse_path(data: Data) -> None:
    """Refuse a path where no files are read."""
    if data.path is not None:
        raise InputError(f"data.path: '{data.format}' reads no files, got '{data.path}'")


def whole_number(options: Mapping[str, Any], key: str, default: int) -> int:
    """An option that counts something, or a seed."""
    value = options.get(key, default)
    if not _is_whole(value) or value < 0:
        raise InputError(f"data.{key}: expected a whole number, 0 or more, got '{value}'")
    return int(value)


def share(options: Mapping[str, Any], key: str) -> float:
    """An option that is a part of a whole: neither nothing nor all of it."""
    value = options[key]
    if not isinstance(value, float) or not 0 < value < 1:
        raise InputError(f"data.{key}: expected a fraction between 0 and 1, got '{value}'")
    return value


def word(options: Mapping[str, Any], key: str, default: str) -> str:
    """An option that names a file or folder inside the data's own."""
    value = options.get(key, default)
    if not isinstance(value, str) or not value or value != PurePath(value).name:
        raise InputError(f"data.{key}: expected one name, without a folder, got '{value}'")
    return value


def words(options: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """An option that lists different words; nothing when it is not given."""
    value = options.get(key, ())
    good = isinstance(value, list | tuple) and all(isinstance(each, str) and each for each in value)
    if not good or len(set(value)) < len(value) or (key in options and not value):
        raise InputError(f"data.{key}: expected a list of different words, got '{value}'")
    return tuple(value)


def one_of(options: Mapping[str, Any], key: str, known: Sequence[T]) -> T:
    """An option with few choices; the first of them by default."""
    value = options.get(key, known[0])
    if isinstance(value, bool) or value not in known:
        raise InputError(f"data.{key}: {not_one_of([str(each) for each in known], str(value))}")
    return known[known.index(value)]


def height_and_width(options: Mapping[str, Any], key: str, default: tuple[int, int], least: int) -> tuple[int, int]:
    """An option that is a size in pixels."""
    value = options.get(key, default)
    fits = isinstance(value, list | tuple) and len(value) == 2 and all(_is_whole(side) for side in value)
    if not fits or min(value) < least:
        raise InputError(f"data.{key}: expected [height, width] of at least {least} pixels each, got '{value}'")
    return int(value[0]), int(value[1])


def is_unicode(text: str) -> bool:
    """Whether it can be written down: JSON and YAML can spell half a character, and a folder's name be no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)  # YAML's `yes` is a bool, and a bool is an int
