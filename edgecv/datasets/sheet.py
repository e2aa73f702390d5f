"""A contact sheet: images of a data set with their truth drawn in, their names below, and a legend of the labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from edgecv.datasets.truth_drawing import draw_truth
from edgecv.errors import InputError
from edgecv.ondevice.decoding import open_picture
from edgecv.ondevice.drawing import BLACK, Color, color_of, font, legible
from edgecv.ondevice.tasks.regression import written
from edgecv.records.samples import VOID, Mask, Samples, Truth, Values

PAPER: Color = (250, 250, 248)
INK: Color = (32, 33, 36)
FAINT: Color = (110, 112, 116)
EMPTY: Color = (228, 228, 224)

GAP, MARGIN = 14, 24
TITLE, TEXT = 22, 14  # heights of letters
CAPTION = 26  # the line below an image
LINE = 20  # another one
LEGEND_LINE = 26
LISTED = 60  # labels in the legend
MOST_VALUES = 6  # below an image
NARROWEST, WIDEST = 168, 420  # cells; between them, twice as wide as the images
ICON = 64  # pixels of the long side: single pixels are shown of what is no larger
FLATTEST, TALLEST = 0.6, 1.3  # height of a cell as a share of its width


class Cell(NamedTuple):
    """One image with its truth, as large as it is shown."""

    picture: Image.Image
    captions: tuple[str, ...]  # below it


def contact_sheet(samples: Samples, title: str, count: int, seed: int) -> Image.Image:
    """So many images of a split, drawn by lot with that seed, in the split's own order."""
    chosen = np.random.default_rng(seed).permutation(len(samples))[:count]
    numbers = sorted(chosen.tolist())
    pictures = [_opened(samples, number) for number in numbers]
    size = _cell_size([picture for picture in pictures if picture])
    truths = [_truth(samples, number) for number in numbers]
    of_each = zip(numbers, pictures, truths, strict=True)
    cells = [_cell(picture, samples.names[number], truth, samples.labels, size) for number, picture, truth in of_each]
    caption = CAPTION + LINE * (len(cells[0].captions) - 1)
    columns = _columns(len(cells), size)
    wide = 2 * MARGIN + columns * (size[1] + GAP) - GAP
    title = f"{title}   {len(cells)} of {len(samples)} images"
    legend = _legend(samples.labels, truths, wide)
    high = 2 * MARGIN + TITLE + math.ceil(len(cells) / columns) * (size[0] + caption + GAP) + legend.height
    sheet = Image.new("RGB", (wide, high), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN), _shortened(title, TITLE, wide - 2 * MARGIN), fill=INK, font=font(TITLE), anchor="lt")
    top = 2 * MARGIN + TITLE
    for number, cell in enumerate(cells):
        row, column = divmod(number, columns)
        _paste(sheet, cell, (MARGIN + column * (size[1] + GAP), top + row * (size[0] + caption + GAP)), size)
    sheet.paste(legend, (0, high - legend.height))
    return sheet


def _opened(samples: Samples, number: int) -> Image.Image | None:
    try:
        return open_picture(samples.image(number))
    except InputError:
        return None  # its cell says so: one damaged image is not to cost the sheet


def _truth(samples: Samples, number: int) -> Truth | None:
    try:
        return samples.truth(number)
    except InputError:
        return None  # a damaged mask


def _cell_size(pictures: Sequence[Image.Image]) -> tuple[int, int]:
    """Height and width of all cells, by the middle one of the images' shapes."""
    if not pictures:
        return NARROWEST, NARROWEST
    width = int(np.clip(2 * np.median([picture.width for picture in pictures]), NARROWEST, WIDEST))
    shape = float(np.median([picture.height / picture.width for picture in pictures]))
    return round(width * min(max(shape, FLATTEST), TALLEST)), width


def _columns(cells: int, size: tuple[int, int]) -> int:
    """As many as make the sheet somewhat wider than high."""
    across = math.sqrt(1.3 * cells * (size[0] + CAPTION) / size[1])
    return max(1, min(cells, round(across)))


def _cell(
    picture: Image.Image | None, name: str, truth: Truth | None, labels: Sequence[str], size: tuple[int, int]
) -> Cell:
    captions = (name, *_below(truth, labels))
    if picture is None or truth is None:
        blank = Image.new("RGB", (size[1], size[0]), EMPTY)
        place = size[1] / 2, size[0] / 2
        ImageDraw.Draw(blank).text(place, "cannot be read", fill=FAINT, font=font(TEXT), anchor="mm")
        return Cell(blank, captions)
    scale = min(size[1] / picture.width, size[0] / picture.height)
    shown = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    method = Image.Resampling.NEAREST if max(picture.size) <= ICON else Image.Resampling.LANCZOS
    resized = picture.resize(shown, method)
    draw_truth(resized, truth, labels, scale)
    return Cell(resized, captions)


def _below(truth: Truth | None, labels: Sequence[str]) -> tuple[str, ...]:
    """Truth that cannot be drawn in: each value, or the first of very many."""
    return tuple(written(truth.numbers, labels))[:MOST_VALUES] if isinstance(truth, Values) else ()


def _paste(sheet: Image.Image, cell: Cell, corner: tuple[int, int], size: tuple[int, int]) -> None:
    """The image in the middle of its cell, and its captions below."""
    left, top = corner
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((left, top, left + size[1] - 1, top + size[0] - 1), fill=EMPTY)
    sheet.paste(cell.picture, (left + (size[1] - cell.picture.width) // 2, top + (size[0] - cell.picture.height) // 2))
    for line, caption in enumerate(cell.captions):
        place = left, top + size[0] + 6 + line * LINE
        pen.text(place, _shortened(caption, TEXT, size[1]), fill=FAINT, font=font(TEXT), anchor="lt")


def _legend(labels: Sequence[str], truths: Sequence[Truth | None], wide: int) -> Image.Image:
    """The labels with their colours, in lines; of very many only the first. Values have no colours."""
    if any(isinstance(truth, Values) for truth in truths):
        return Image.new("RGB", (wide, MARGIN), PAPER)
    entries = [(legible(label), color_of(index)) for index, label in enumerate(labels[:LISTED])]
    if len(labels) > LISTED:
        entries.append((f"and {len(labels) - LISTED} more", EMPTY))
    if any(isinstance(truth, Mask) for truth in truths):
        entries.append(("void", color_of(VOID)))
    places, lines = _lines([label for label, _ in entries], wide)
    legend = Image.new("RGB", (wide, lines * LEGEND_LINE + MARGIN), PAPER)
    pen = ImageDraw.Draw(legend)
    for (label, color), (left, line) in zip(entries, places, strict=True):
        top = line * LEGEND_LINE
        pen.rounded_rectangle(
            (left, top + 2, left + 15, top + 17), 3, fill=color, outline=BLACK if color == EMPTY else None
        )
        pen.text((left + 22, top + 10), label, fill=INK, font=font(TEXT), anchor="lm")
    return legend


def _lines(labels: Sequence[str], wide: int) -> tuple[list[tuple[int, int]], int]:
    """Where each entry of the legend begins, and how many lines that makes."""
    places, left, line = [], MARGIN, 0
    for label in labels:
        width = 22 + round(font(TEXT).getlength(label)) + 20
        if left + width > wide - MARGIN and left > MARGIN:
            left, line = MARGIN, line + 1
        places.append((left, line))
        left += width
    return places, line + 1


def _shortened(text: str, height: int, width: int) -> str:
    """The text, or as much of its beginning and end as there is room for."""
    letters, text = font(height), legible(text)
    if letters.getlength(text) <= width:
        return text
    kept = len(text)
    while kept > 2 and letters.getlength(f"{text[: kept // 2]}…{text[-(kept // 2) :]}") > width:
        kept -= 1
    return f"{text[: kept // 2]}…{text[-(kept // 2) :]}"
