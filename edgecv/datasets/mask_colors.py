"""Which colour is which label: a file of lines `RED GREEN BLUE LABEL`, or a mapping in the recipe.

A label may have several colours, so that fine labels can be joined: CamVid's 32 become the usual 11 in this way.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edgecv.datasets import files
from edgecv.datasets.options import words
from edgecv.errors import InputError, not_one_of
from edgecv.records.recipe import Data

DIGITS = 3  # of 255
Colors = dict[int, str | None]  # a packed colour: its label, or None for void


def of(data: Data, folder: Path) -> tuple[Colors, tuple[str, ...]]:
    """The label of every colour, and the labels in their order: as the recipe lists them, or as colours name them."""
    named = dict(_listed(data.options["colors"], folder))
    found = tuple(dict.fromkeys(named.values()))
    void = data.options.get("void")
    if void is not None and void not in found:
        raise InputError(f"data.void: {not_one_of(found, str(void))}")
    labels = words(data.options, "labels") or tuple(label for label in found if label != void)
    for label in found:
        if label != void and label not in labels:
            raise InputError(f"data.colors: {not_one_of(labels, label)}")
    return {color: None if label == void else label for color, label in named.items()}, labels


def packed(red: int, green: int, blue: int) -> int:
    return red << 16 | green << 8 | blue


def unpacked(color: int) -> str:
    return f"[{color >> 16}, {color >> 8 & 255}, {color & 255}]"


def _listed(colors: Any, folder: Path) -> Iterator[tuple[int, str]]:
    if isinstance(colors, Mapping):
        listed = _from_recipe(colors)
    elif isinstance(colors, str) and (path := files.inside(folder, colors)):
        listed = _from_file(path)
    else:
        raise InputError(f"data.colors: expected a file in the data's folder, or LABEL: [R, G, B], got '{colors}'")
    seen: dict[int, str] = {}
    for color, label, where in listed:
        if color in seen and seen[color] != label:
            raise InputError(f"{where}: the colour {unpacked(color)} is '{seen[color]}' already")
        seen[color] = label
        yield color, label
    if not seen:
        raise InputError("data.colors: expected at least one colour, got none")


def _from_recipe(colors: Mapping[Any, Any]) -> Iterator[tuple[int, str, str]]:
    for label, written in colors.items():
        several = (
            written if isinstance(written, list | tuple) and isinstance(next(iter(written), 0), list) else [written]
        )
        for each in several:
            is_color = isinstance(each, list | tuple) and len(each) == 3
            if not is_color or not all(isinstance(part, int) and 0 <= part <= 255 for part in each):
                raise InputError(f"data.colors: {label}: expected [R, G, B] from 0 to 255, got '{each}'")
            yield packed(*each), str(label), "data.colors"


def _from_file(path: Path) -> Iterator[tuple[int, str, str]]:
    for text, number in files.lines(path):
        red, green, blue, label = [*text.split(maxsplit=3), "", "", "", ""][:4]
        parts = [int(part) for part in (red, green, blue) if part.isdecimal() and len(part) <= DIGITS]
        if len(parts) != 3 or max(parts) > 255 or not label:
            raise InputError(f"{path}:{number}: expected RED GREEN BLUE LABEL, got '{text:.60}'")
        yield packed(*parts), label, f"{path}:{number}"
