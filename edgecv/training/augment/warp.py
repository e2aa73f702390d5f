"""Pixels and truth of a picture, moved alike. What the window shows beyond the picture is gray, and void in a mask."""

import numpy as np
from PIL import Image

from edgecv.ondevice.images import PAD
from edgecv.records.samples import VOID, Boxes, Mask, Truth
from edgecv.training.augment import opencv
from edgecv.training.augment.moves import Move, Turn, Window
from edgecv.training.truth import inside

# One side: which pixels of what is shown lie inside the picture, and which pixels of the picture these show.
Along = tuple[slice, slice]


def warped(picture: tuple[np.ndarray, Truth], move: Move, size: tuple[int, int]) -> tuple[np.ndarray, Truth]:
    """A picture and its truth, turned, and their window at a size: the nearest window that cuts no pixel in two."""
    pixels, truth = picture
    move = _on_pixels(move, pixels.shape[:2], size)
    shown = _shown(pixels, move, size, PAD, Image.Resampling.BILINEAR)
    if isinstance(truth, Boxes):
        return shown, inside(_moved_boxes(truth.boxes, move, pixels.shape[:2], size), truth.indices, size)
    if isinstance(truth, Mask):
        return shown, Mask(_shown(truth.pixels, move, size, VOID, Image.Resampling.NEAREST))
    return shown, truth


def _on_pixels(move: Move, original: tuple[int, ...], size: tuple[int, int]) -> Move:
    """What is cut along pixels is resized in a third of the time of a picture that is moved by parts of them."""
    (down, rows), (across, columns) = _sides(move, original, size)
    if min(_length(down), _length(across)) <= 0:  # nothing of it is seen
        return move
    height, width = _turned_size(move.turn, original)
    top, tall = _start_and_share(down, rows, height, size[0])
    left, wide = _start_and_share(across, columns, width, size[1])
    return Move(move.turn, Window(left, top, wide, tall))


def _sides(move: Move, original: tuple[int, ...], size: tuple[int, int]) -> tuple[Along, Along]:
    (height, width), window = _turned_size(move.turn, original), move.window
    return _along(window.top, window.height, height, size[0]), _along(window.left, window.width, width, size[1])


def _along(start: float, share: float, length: int, shown: int) -> Along:
    step = share * length / shown
    within = slice(round(max(0, -start * length / step)), round(min(shown, (1 - start) * length / step)))
    first = min(round(max(0, start * length)), length - 1)
    return within, slice(first, max(first + 1, round(min(length, (start + share) * length))))  # one pixel at least


def _start_and_share(within: slice, seen: slice, length: int, shown: int) -> tuple[float, float]:
    """The window along a side, from which pixels it shows, and where."""
    step = _length(seen) / _length(within)
    return (seen.start - within.start * step) / length, step * shown / length


def _length(part: slice) -> int:
    length: int = part.stop - part.start
    return length


def _turned_size(turn: Turn, original: tuple[int, ...]) -> tuple[int, int]:
    height, width = original[::-1] if turn.transposed else original
    return height, width


def _shown(pixels: np.ndarray, move: Move, size: tuple[int, int], fill: int, resample: Image.Resampling) -> np.ndarray:
    (down, rows), (across, columns) = _sides(move, pixels.shape[:2], size)
    part = (_length(down), _length(across))
    if part == size:
        return _resized(pixels, move.turn, (rows, columns), size, resample)
    whole = np.full((*size, *pixels.shape[2:]), fill, np.uint8)
    if min(part) > 0:
        whole[down, across] = _resized(pixels, move.turn, (rows, columns), part, resample)
    return whole


def _resized(
    pixels: np.ndarray, turn: Turn, part: tuple[slice, slice], size: tuple[int, int], resample: Image.Resampling
) -> np.ndarray:
    rows, columns = part
    if resample == Image.Resampling.BILINEAR and opencv.suits((_length(rows), _length(columns)), size):
        return opencv.resized(pixels, turn, part, size)
    flat = pixels[..., 0] if pixels.shape[2:] == (1,) else pixels  # Pillow knows gray as two dimensions
    picture, box = _turned(Image.fromarray(flat), turn), (columns.start, rows.start, columns.stop, rows.stop)
    return np.asarray(picture.resize(size[::-1], resample, box)).reshape(*size, *pixels.shape[2:])


def _turned(picture: Image.Image, turn: Turn) -> Image.Image:
    if turn.mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if turn.upside_down:
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return picture.transpose(Image.Transpose.TRANSPOSE) if turn.transposed else picture


def _moved_boxes(boxes: np.ndarray, move: Move, original: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    turn, window = move
    shares = boxes / (original[::-1] * 2)  # x0, y0, x1, y1
    if turn.mirrored:
        shares = (1, 0, 1, 0) + shares[:, [2, 1, 0, 3]] * (-1, 1, -1, 1)
    if turn.upside_down:
        shares = (0, 1, 0, 1) + shares[:, [0, 3, 2, 1]] * (1, -1, 1, -1)
    if turn.transposed:
        shares = shares[:, [1, 0, 3, 2]]
    moved: np.ndarray = (shares - window[:2] * 2) / (window[2:] * 2) * (size[::-1] * 2)
    return moved
