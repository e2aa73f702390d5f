"""The options of a format: every key that a recipe gives must be known, and of the right kind."""

from collections.abc import Iterable, Mapping
from typing import Any

from edgecv.errors import InputError, did_you_mean
from edgecv.records.recipe import Data


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


def height_and_width(options: Mapping[str, Any], key: str, default: tuple[int, int], least: int) -> tuple[int, int]:
    """An option that is a size in pixels."""
    value = options.get(key, default)
    fits = isinstance(value, list | tuple) and len(value) == 2 and all(_is_whole(side) for side in value)
    if not fits or min(value) < least:
        raise InputError(f"data.{key}: expected [height, width] of at least {least} pixels each, got '{value}'")
    return int(value[0]), int(value[1])


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)  # YAML's `yes` is a bool, and a bool is an int
