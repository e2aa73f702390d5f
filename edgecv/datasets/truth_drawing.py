"""Truth over its image: the label, boxes with their names, or a mask that shines through; values fit below it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from edgecv.ondevice.drawing import Color, color_of, font, ink_on, lay_mask_over, legible
from edgecv.records.samples import Boxes, Label, Mask, Truth

Place = tuple[float, float, float, float]  # left, top, right, bottom

LABEL, NAME = 14, 11  # heights of the letters, of an image's label and of a box's
PADDING = 3
LINE = 2


def draw_truth(picture: Image.Image, truth: Truth, labels: Sequence[str], scale: float) -> None:
    """Draw into a picture that is `scale` times as large as the image that the truth is about."""
    labels = [legible(label) for label in labels]
    if isinstance(truth, Label):
        text = labels[truth.index]
        place = 0, 0, font(LABEL).getlength(text) + 2 * PADDING, LABEL + PADDING
        _write(ImageDraw.Draw(picture), place, text, LABEL, color_of(truth.index))
    elif isinstance(truth, Boxes):
        _draw_boxes(picture, truth.boxes * scale, truth.indices, labels)
    elif isinstance(truth, Mask):
        lay_mask_over(picture, truth.pixels)


def _draw_boxes(picture: Image.Image, boxes: np.ndarray, indices: np.ndarray, labels: Sequence[str]) -> None:
    """Boxes, and their names where they hide no other name; in a crowd the colours must do, which a legend explains."""
    pen = ImageDraw.Draw(picture)
    drawn = list(zip(boxes.tolist(), indices.tolist(), strict=True))
    for (left, top, right, bottom), index in drawn:
        corners = left, top, max(left, right - 1), max(top, bottom - 1)
        pen.rectangle(corners, outline=color_of(index), width=LINE)
    taken: list[Place] = []
    for box, index in drawn:
        place = _free_place(box, font(NAME).getlength(labels[index]), picture.size, taken)
        if place:
            taken.append(place)
            _write(pen, place, labels[index], NAME, color_of(index))


def _write(pen: ImageDraw.ImageDraw, place: Place, text: str, height: int, background: Color) -> None:
    pen.rectangle(place, fill=background)
    corner = place[0] + PADDING, (place[1] + place[3]) / 2
    pen.text(corner, text, fill=ink_on(background), font=font(height), anchor="lm")


def _free_place(box: Sequence[float], length: float, size: tuple[int, int], taken: Sequence[Place]) -> Place | None:
    """Above the box, else inside it at the top, else below it."""
    width, height = length + 2 * PADDING, NAME + PADDING
    left = min(max(box[0], 0), max(size[0] - width, 0))
    for top in (box[1] - height, box[1], box[3]):
        place = (left, top, left + width, top + height)
        if top >= 0 and place[3] <= size[1] and not any(_overlap(place, other) for other in taken):
            return place
    return None


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
