"""Pillow's antialiased resizing and, for large pictures, quicker ways to nearly the same pixels.

A large picture that becomes much smaller is halved first, by the JPEG decoder where it is a JPEG, and the antialiased
filter does the rest. Training takes the same way. Where it is wanted and there, OpenCV takes it in a third of the time.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any, NamedTuple, Tuple, Union

import numpy as np
import PIL
from PIL import Image

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
LARGE = 500_000  # pixels of an original; up to there the exact way is quick, too
MUCH_SMALLER = 2.9  # times: halved, a picture is then at least 1.45 times too large, enough for the filter to work on

Size = Tuple[int, int]  # height, width
Window = Tuple[float, float, float, float]  # left, top, right, bottom
Pixels = Union[np.ndarray, Image.Image]


class Halved(NamedTuple):
    """A picture that has been halved a number of times, and how large it was."""

    pixels: Pixels
    original: Size
    times: int


def whole(pixels: Pixels) -> Halved:
    """A picture as it is."""
    height, width = pixels.shape[:2] if isinstance(pixels, np.ndarray) else pixels.size[::-1]
    return Halved(pixels, (height, width), 0)


def halvings(original: Size, window: Window, size: Size, resample: str) -> int:
    """How often a picture is halved before what is in a window of it is brought to a size.

    Each halving is a filter of its own. A second and a third leave twice the size at least, or they would be seen.
    """
    smaller = min(_smaller(window, size))
    if smaller < MUCH_SMALLER or not _is_quick(original, resample):
        return 0
    return min(max(1, int(smaller).bit_length() - 2), 3)  # a JPEG decoder can do three


def resize(picture: Halved, window: Window, size: Size, resample: str, by_opencv: bool) -> Pixels:
    """What is in the window, which is measured in the original's pixels, at the given size."""
    times = halvings(picture.original, window, size, resample)
    left, top, right, bottom = (edge / 2**times for edge in window)
    part, times = (left, top, right, bottom), times - picture.times
    cv2 = _opencv() if by_opencv and _is_quick(picture.original, resample) else None
    if cv2 is not None:
        return _with_opencv(cv2, picture.pixels, times, part, size)
    return _with_pillow(picture.pixels, times, part, size, resample)


def _is_quick(original: Size, resample: str) -> bool:
    return resample == "bilinear" and original[0] * original[1] > LARGE


def _smaller(window: Window, size: Size) -> Tuple[float, float]:
    """How many times, across and down."""
    left, top, right, bottom = window
    return (right - left) / size[1], (bottom - top) / size[0]


def _with_pillow(pixels: Pixels, times: int, window: Window, size: Size, resample: str) -> Image.Image:
    picture = Image.fromarray(pixels) if isinstance(pixels, np.ndarray) else pixels
    if times:
        picture = picture.reduce(2**times)
    return picture.resize(size[::-1], FILTERS[resample], box=window)


@lru_cache(maxsize=1)
def _opencv() -> Any:
    """OpenCV, or None where it is not there or cannot be loaded."""
    try:
        import cv2
    except ImportError:
        return None
    return cv2


def libraries() -> Tuple[str, ...]:
    """What has decoded and resized images in this process; OpenCV is loaded when one is large enough for it."""
    cv2 = sys.modules.get("cv2")
    return (f"pillow {PIL.__version__}", *([f"opencv {cv2.__version__}"] if cv2 else ()))


def _with_opencv(cv2: Any, pixels: Pixels, times: int, window: Window, size: Size) -> np.ndarray:
    """Its bilinear filter looks at the nearest four pixels alone, so the picture is blurred before."""
    array = np.asarray(pixels)
    for _ in range(times):
        height, width = array.shape[0] // 2, array.shape[1] // 2
        array = cv2.resize(array[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    across, down = _smaller(window, size)
    blurred = cv2.sepFilter2D(array, -1, _blur(across), _blur(down))
    if window[:2] == (0, 0) and window[2:] == array.shape[1::-1]:
        return np.asarray(cv2.resize(blurred, size[::-1], interpolation=cv2.INTER_LINEAR))
    # From the centre of a new pixel to where it lies among the centres of the old ones.
    place = np.array([[across, 0, window[0] + across / 2 - 0.5], [0, down, window[1] + down / 2 - 0.5]])
    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(blurred, place, size[::-1], flags=flags, borderMode=border))


def _blur(smaller: float) -> np.ndarray:
    """What, followed by linear interpolation, is the filter of a picture that becomes so many times smaller.

    That filter is a triangle as wide. A triangle of whole width, sampled, is the same but for the interpolation; the
    two beside the wanted width are mixed so that the squares of the widths, and so the sharpness, agree.
    """
    smaller = max(1.0, smaller)
    width = int(smaller)
    share = (smaller**2 - width**2) / ((width + 1) ** 2 - width**2)
    taps = np.abs(np.arange(-width, width + 1))
    narrow, wide = (np.maximum(0, 1 - taps / each) / each for each in (width, width + 1))
    mixed: np.ndarray = ((1 - share) * narrow + share * wide).astype(np.float32)
    return mixed
