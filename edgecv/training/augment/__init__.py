"""Make a training picture a little different each time it is seen: turned, moved, scaled, cut, in another light.

All chances come from the generator that is passed in, so that a batch is a function of the seed, epoch and step. A
picture is resampled once, whatever is asked for: every change of place is a turn, which is exact, and a window.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from edgecv.records.augment import Augment
from edgecv.records.samples import Boxes, Mask, Truth
from edgecv.training.augment.light import Lit, lit
from edgecv.training.augment.mosaic import mosaic
from edgecv.training.augment.moves import random_move
from edgecv.training.augment.warp import warped

Seen = tuple[np.ndarray, Truth]  # a picture (H, W, C) uint8, and the truth in its pixels
MOST_DETAIL = 2.0


def augment(
    index: int,
    look: Callable[[int], Seen],
    others: int,
    size: tuple[int, int],
    settings: Augment,
    rng: np.random.Generator,
    *,
    bgr: bool = False,
) -> tuple[Lit, Truth]:
    """The picture of an index, changed, at a size; `look` gives any of the `others`, which a mosaic is made of."""
    picture = look(index)
    if settings.mosaic and isinstance(picture[1], (Boxes, Mask)) and rng.random() < settings.mosaic:
        four = [picture, *(look(int(each)) for each in rng.integers(others, size=3))]
        pixels, truth = mosaic(four, size, settings, rng)
    else:
        pixels, truth = warped(picture, random_move(settings, rng), size)
    return lit(pixels, settings, rng, bgr=bgr), truth


def changes_nothing(settings: Augment) -> bool:
    """Whether pictures stay what the board would make of them, bit for bit."""
    return replace(settings, base="none") == Augment()


def detail(settings: Augment) -> float:
    """How many times the network's size a picture is kept at, so that a cut from it is still sharp."""
    return min(MOST_DETAIL, settings.crop[0] ** -0.5)
