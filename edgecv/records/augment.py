"""How training pictures are changed each time they are seen: a word, or a block of settings that starts from one.

Ranges are drawn from evenly. What the settings do is in `edgecv/training/augment`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Mapping, Tuple, Union

AugmentWord = Literal["none", "standard", "strong"]
Flip = Literal["none", "horizontal", "both", "dihedral"]
Range = Tuple[float, float]

EVEN: Range = (1.0, 1.0)  # no change


@dataclass(frozen=True)
class Augment:
    base: AugmentWord = "none"  # what a block does not say is as in this word
    flip: Flip = "none"  # dihedral: quarter turns too, for what has no up, such as cells under a microscope
    scale: Range = EVEN  # above 1 is nearer
    translate: float = 0.0  # at most this share of a side, either way
    crop: Range = EVEN  # the share of the area that a random cut keeps
    aspect: Range = EVEN  # the width of such a cut against its height, over that of the picture
    mosaic: float = 0.0  # the chance that a picture becomes a quarter of a scene of four
    brightness: Range = EVEN
    tint: Range = EVEN  # the brightness of each channel on top
    contrast: Range = EVEN  # about middle gray
    saturation: Range = EVEN
    hue: float = 0.0  # at most so many degrees around the circle of colours, either way


PLACES = ("flip", "scale", "translate", "crop", "aspect", "mosaic")  # the settings that move what is in a picture

WORDS: Mapping[str, Augment] = {
    "none": Augment(),
    "standard": Augment(
        base="standard", flip="horizontal", scale=(0.8, 1.25), translate=0.1, brightness=(0.8, 1.25), tint=(0.9, 1.1)
    ),
    "strong": Augment(
        base="strong",
        flip="horizontal",
        scale=(0.5, 1.5),
        translate=0.2,
        brightness=(0.6, 1.5),
        tint=(0.85, 1.15),
        contrast=(0.6, 1.5),
        saturation=(0.5, 1.5),
        hue=10.0,
    ),
}


def settings_of(augment: Union[AugmentWord, Augment], task: str = "") -> Augment:
    """All settings of a word; a block has them already.

    In regression a word changes the light alone: nobody knows what becomes of a value when its picture is moved. A
    flip would turn a yaw around.
    """
    if not isinstance(augment, str):
        return augment
    still = Augment()
    places = {name: getattr(still, name) for name in PLACES} if task == "regression" else {}
    return replace(WORDS[augment], **places)
