"""What OpenCV does faster, where it is installed: pictures turned, cut and scaled, and values looked up.

Its bilinear filter looks at the nearest four pixels alone, so that what becomes much smaller is left to Pillow's, which
looks at all of them.
"""

from functools import cache
from typing import Any

import numpy as np

from edgecv.training.augment.moves import Turn

MUCH_SMALLER = 1.3  # times


@cache
def opencv() -> Any:
    """OpenCV, or None where it is not there or cannot be loaded."""
    try:
        import cv2
    except ImportError:
        return None
    cv2.setNumThreads(1)  # whole batches are made beside each other
    return cv2


def suits(part: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether OpenCV is there, and sees enough of a part (height, width) of a picture that is brought to a size."""
    return max(part[0] / size[0], part[1] / size[1]) <= MUCH_SMALLER and opencv() is not None


def resized(pixels: np.ndarray, turn: Turn, part: tuple[slice, slice], size: tuple[int, int]) -> np.ndarray:
    """A part (rows, columns) of a turned picture, at a size."""
    cv2, channels = opencv(), pixels.shape[2:]  # it drops the channel of a gray picture
    if turn.mirrored or turn.upside_down:
        pixels = cv2.flip(pixels, -1 if turn.mirrored and turn.upside_down else int(turn.mirrored))
    if turn.transposed:
        pixels = cv2.transpose(pixels)
    found: np.ndarray = cv2.resize(pixels[part], size[::-1], interpolation=cv2.INTER_LINEAR)
    return found.reshape(*size, *channels)


def looked_up(pixels: np.ndarray, tables: np.ndarray, out: np.ndarray) -> None:
    """What float32 tables (C, 256) have for the values of pixels (H, W, C)."""
    opencv().LUT(pixels, np.ascontiguousarray(tables.T[np.newaxis]), dst=out)
