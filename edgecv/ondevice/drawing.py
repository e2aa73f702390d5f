"""Predictions as pictures: boxes, masks and scores drawn over the image, readable at any size."""

from __future__ import annotations

import colorsys
import io
import math
import unicodedata
from functools import lru_cache
from typing import Any, List, Sequence, Tuple, Union

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edgecv.ondevice.tasks.classification import Classification, best
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.labels import label_of
from edgecv.ondevice.tasks.regression import Regression, written
from edgecv.ondevice.tasks.segmentation import Segmentation, shares
from edgecv.records.samples import VOID

Color = Tuple[int, int, int]

LEGIBLE = 320  # pixels of the long side: smaller images are enlarged, because no text would fit into them
TEXT_HEIGHT = 1 / 28  # of the short side
SMALLEST_TEXT = 11  # pixels
OVERLAY = 0.5  # how much of a mask's colour covers the image
LISTED = 5  # classes that are named for a classification
SPELT = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "–": "-"}
)
HAS = "©«°±·»‘’“”"  # beyond ASCII
BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)


def draw(image: Union[np.ndarray, Image.Image], prediction: Any, labels: Sequence[str]) -> Image.Image:
    """A copy of the image with its prediction drawn over it; small images are enlarged by a whole factor."""
    picture = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    factor = max(1, math.ceil(LEGIBLE / max(picture.size)))
    picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    if isinstance(prediction, Classification):
        _list_classes(picture, prediction, labels)
    elif isinstance(prediction, Detection):
        _draw_boxes(picture, prediction._replace(boxes=prediction.boxes * factor), labels)
    elif isinstance(prediction, Segmentation):
        _draw_mask(picture, prediction, labels)
    elif isinstance(prediction, Regression):
        _write_list(picture, [(text, BLACK) for text in written(prediction.values, labels)])
    return picture


def index_png(mask: np.ndarray) -> bytes:
    """A mask as a PNG whose pixel values are the label indices, and whose palette holds their colours."""
    picture = Image.frombytes("P", mask.shape[::-1], mask.tobytes())
    picture.putpalette(_palette().tobytes())
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()


def color_of(index: int) -> Color:
    """The colour of a label: neighbouring indices are far apart."""
    if index == VOID:
        return BLACK
    hue = index * 0.618034 % 1  # the golden ratio stays away from earlier hues for as long as possible
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.8, 0.7 if index // 8 % 2 else 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


def lay_mask_over(picture: Image.Image, mask: np.ndarray) -> None:
    """The colours of a mask's labels over the picture, which shines through."""
    colors = Image.fromarray(_palette()[mask]).resize(picture.size, Image.Resampling.NEAREST)
    picture.paste(Image.blend(picture, colors, OVERLAY))


def ink_on(background: Color) -> Color:
    """Black or white, whichever can be read on that ground."""
    red, green, blue = background
    return BLACK if 0.3 * red + 0.59 * green + 0.11 * blue > 140 else WHITE


@lru_cache(maxsize=8)
def font(size: int) -> Any:
    """Pillow's own letters, which every board has; unpacking them takes a while."""
    return ImageFont.load_default(size)


def legible(text: str) -> str:
    """Text in letters that Pillow's own font has: without marks, and question marks for other alphabets."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(SPELT))
    return "".join(each if each.isascii() or each in HAS else "?" for each in plain if not unicodedata.combining(each))


def _palette() -> np.ndarray:
    return np.array([color_of(index) for index in range(256)], np.uint8)


def _list_classes(picture: Image.Image, prediction: Classification, labels: Sequence[str]) -> None:
    named = [(f"{label_of(labels, index)} {prediction.scores[index]:.0%}", BLACK) for index in best(prediction, LISTED)]
    _write_list(picture, named)


def _draw_boxes(picture: Image.Image, prediction: Detection, labels: Sequence[str]) -> None:
    pen = ImageDraw.Draw(picture)
    size = _text_size(picture)
    line = max(1, round(size / 8))
    for box, score, index in reversed(list(zip(*prediction))):  # the best last, on top of the others
        left, top, right, bottom = (float(edge) for edge in box)
        color = color_of(int(index))
        pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), outline=color, width=line)
        _write(picture, pen, (left, top - 1.4 * size), f"{label_of(labels, index)} {score:.2f}", color)


def _draw_mask(picture: Image.Image, prediction: Segmentation, labels: Sequence[str]) -> None:
    lay_mask_over(picture, prediction.mask)
    covered = shares(prediction, len(labels))
    present = [int(index) for index in np.argsort(-covered, kind="stable") if covered[index] > 0]
    _write_list(picture, [(f"{labels[index]} {covered[index]:.0%}", color_of(index)) for index in present])


def _write_list(picture: Image.Image, lines: List[Tuple[str, Color]]) -> None:
    """Lines of text from the top left corner down, as many as there is room for."""
    pen = ImageDraw.Draw(picture)
    step = round(1.4 * _text_size(picture))
    for number, (text, color) in enumerate(lines[: picture.height // step]):
        _write(picture, pen, (0, number * step), text, color)


def _write(
    picture: Image.Image, pen: ImageDraw.ImageDraw, corner: Tuple[float, float], text: str, background: Color
) -> None:
    """Text on a coloured ground, moved so that it lies inside the picture."""
    size, text = _text_size(picture), legible(text)
    letters = font(size)
    width, height = pen.textlength(text, font=letters) + size / 2, 1.4 * size
    left = max(0, min(corner[0], picture.width - width))
    top = max(0, min(corner[1], picture.height - height))
    pen.rectangle((left, top, left + width, top + height - 1), fill=background)
    pen.text((left + size / 4, top + height / 2), text, fill=ink_on(background), font=letters, anchor="lm")


def _text_size(picture: Image.Image) -> int:
    return max(SMALLEST_TEXT, round(min(picture.size) * TEXT_HEIGHT))
