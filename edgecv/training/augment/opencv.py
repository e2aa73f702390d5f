"""Pictures moved by OpenCV, where it is installed: turned, cut, scaled and laid down at once.

Its bilinear filter looks at the nearest four pixels alone, so that what becomes much smaller is left to Pillow's, which
looks at all of them.
"""

from functools import cache
from typing import Any

import numpy as np

from edgecv.training.augment.moves import Move, Window

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


def suits(move: Move, original: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Whether OpenCV is there, and sees enough of the picture for this move; what keeps its size is left to Pillow."""
    across, down = original[::-1] if not move.turn.transposed else original
    smaller = move.window.width * across / size[1], move.window.height * down / size[0]
    return smaller != (1.0, 1.0) and max(smaller) <= MUCH_SMALLER and opencv() is not None


def shown(pixels: np.ndarray, move: Move, size: tuple[int, int]) -> np.ndarray:
    """The window of a turned picture, at a size; beyond the picture its edges go on."""
    cv2 = opencv()
    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    found: np.ndarray = cv2.warpAffine(pixels, _origin(move, pixels.shape[:2], size), size[::-1], None, flags, border)
    return found.reshape(*size, *pixels.shape[2:])  # which drops the channel of a gray picture


def _origin(move: Move, original: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    """The matrix from x, y, 1 of a new pixel to where it comes from, between the centres of the original's."""
    x, y = _shares(move.window, size)
    if move.turn.transposed:
        x, y = y, x
    turned = [_mirrored(x) if move.turn.mirrored else x, _mirrored(y) if move.turn.upside_down else y]
    return np.array(turned) * np.array(original[::-1])[:, np.newaxis] - (0, 0, 0.5)


def _shares(window: Window, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    across, down = window.width / size[1], window.height / size[0]
    return np.array([across, 0, window.left + across / 2]), np.array([0, down, window.top + down / 2])


def _mirrored(share: np.ndarray) -> np.ndarray:
    mirrored: np.ndarray = (0, 0, 1) - share
    return mirrored
