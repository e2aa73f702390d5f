"""What the pixels of a mask say: indices of labels, or colours that stand for labels.

Pixels of 255 are void and count for nothing; so does the value, or the colour, that the option `void` gives, which then
is no label either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edgecv.datasets import files, mask_colors
from edgecv.datasets.faults import Faults, Slip
from edgecv.datasets.options import whole_number, words
from edgecv.errors import InputError
from edgecv.records.recipe import Data
from edgecv.records.samples import VOID

INDEX_MODES = ("L", "P", "1")  # Pillow's words for one byte a pixel, a palette, and black and white
COLOR_MODES = ("P", "RGB", "RGBA")

NO_LABEL = 254  # of a value that nothing names; the labels end before it


@dataclass(frozen=True)
class Reader:
    """How masks become label indices; `rule` is what decides that, as plain data for the digest."""

    labels: tuple[str, ...]
    rule: Any
    modes: tuple[str, ...]  # of colours that it can read
    read: Callable[[Path], np.ndarray]

    def refuses(self, mode: str) -> str | None:
        """Why a mask of that colour mode cannot be read; None where it can."""
        if mode in self.modes:
            return None
        if self.modes == INDEX_MODES:
            cure = "; for masks in colour give the option colors" if mode in COLOR_MODES else ""
            return f"expected one label index a pixel, got the colour mode '{mode}'{cure}"
        return f"expected a colour a pixel, got the colour mode '{mode}'; for label indices leave out the option colors"


def reader_of(data: Data, folder: Path, faults: Faults) -> Reader:
    """By colours where a recipe gives them, else by indices."""
    unknown = VOID if faults.rule("mask_values") == "void" else NO_LABEL
    colored = "colors" in data.options
    reader = _by_color(data, folder, unknown) if colored else _by_index(data, folder, unknown)
    if len(reader.labels) > NO_LABEL:
        raise InputError(f"{folder}: expected at most {NO_LABEL} labels, got {len(reader.labels)}")
    return reader


def _by_index(data: Data, folder: Path, unknown: int) -> Reader:
    values = words(data.options, "labels") or _named(folder / "classes.txt")
    labels, table = _table(values, whole_number(data.options, "void", VOID), unknown)

    def read(path: Path) -> np.ndarray:
        pixels = np.array(_open(path), np.uint8)
        indices: np.ndarray = table[pixels]
        if (indices == NO_LABEL).any():
            wrong = pixels[indices == NO_LABEL].min()
            says = f"{path}: expected one of {len(labels)} label indices or void, got a pixel of {wrong}"
            raise Slip("mask_values", says)
        return indices

    return Reader(labels, table.tolist(), INDEX_MODES, read)


def _named(path: Path) -> tuple[str, ...]:
    if not path.exists():
        raise InputError(
            f"{path}: expected a text file, found nothing there; or give labels, or colors for masks in colour"
        )
    return files.labels(path)


def _table(values: tuple[str, ...], void: int, unknown: int) -> tuple[tuple[str, ...], np.ndarray]:
    """The labels without void, and for each of the 256 values that a pixel can have its label's index."""
    if void > VOID:
        raise InputError(f"data.void: expected a pixel value from 0 to {VOID}, got '{void}'")
    table = np.full(VOID + 1, unknown, np.uint8)
    named = [value for value in range(min(len(values), VOID)) if value != void]
    table[named] = range(len(named))
    table[[void, VOID]] = VOID
    return tuple(value for number, value in enumerate(values) if number != void), table


def _by_color(data: Data, folder: Path, unknown: int) -> Reader:
    colors, labels = mask_colors.of(data, folder)
    known = np.array(sorted(colors), np.uint32)
    index = np.array([VOID if colors[color] is None else labels.index(colors[color] or "") for color in known.tolist()])
    index = index.astype(np.uint8)

    def read(path: Path) -> np.ndarray:
        rgb = np.asarray(_open(path).convert("RGB"), np.uint32)
        packed = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
        place = np.minimum(np.searchsorted(known, packed), len(known) - 1)
        stranger = known[place] != packed
        if unknown == NO_LABEL and stranger.any():
            wrong = mask_colors.unpacked(int(packed[stranger].min()))
            raise Slip("mask_values", f"{path}: expected one of {len(known)} colours, got a pixel of {wrong}")
        return np.where(stranger, np.uint8(VOID), index[place])

    return Reader(labels, [known.tolist(), index.tolist(), unknown], COLOR_MODES, read)


def _open(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            picture.load()
    except Exception as error:  # a damaged file makes decoders raise anything
        raise InputError(f"{path}: the mask cannot be read: {error}") from error
    return picture
