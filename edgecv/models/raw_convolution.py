"""The last layer of a detector: numbers as they are, for activations and decoding are the board's work."""

import math
from typing import Any

PRIOR = 0.01  # of an object before anything is learnt: nearly all cells are background
RARE = -math.log((1 - PRIOR) / PRIOR)  # the logit of it


def raw(x: Any, numbers: int, name: str, *, bias: float = 0.0) -> Any:
    """So many numbers in each cell, which begin at the bias."""
    from keras import initializers, layers

    return layers.Conv2D(numbers, 1, bias_initializer=initializers.Constant(bias), name=name)(x)
