"""The models of the zoo in small: as few pixels as each still takes, so that a test can go through all of them."""

import math

from edgecv.models import MODELS

SIDE = 64


def small_size(name: str) -> tuple[int, int]:
    """About 64 x 64: more where the model needs it, less where it is made for less."""
    module = MODELS[name]
    least = max(SIDE, getattr(module, "SMALLEST", 1))
    least = module.SIDE_MULTIPLE * math.ceil(least / module.SIDE_MULTIPLE)
    return min(module.SIZE[0], least), min(module.SIZE[1], least)
