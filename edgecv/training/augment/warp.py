"""Pixels and truth of a picture, moved alike. What the window shows beyond the picture is gray, and void in a mask."""

import math

import numpy as np
from PIL import Image

from edgecv.ondevice.images import PAD
from edgecv.records.samples import VOID, Boxes, Mask, Truth
from edgecv.training.augment import opencv
from edgecv.training.augment.moves import Move, Turn
from edgecv.training.truth import inside

ROUNDING = 1e-6  # of a pixel


def warped(picture: tuple[np.ndarray, Truth], move: Move, size: tuple[int, int]) -> tuple[np.ndarray, Truth]:
    """A picture and its truth, turned, and their window at a size."""
    pixels, truth = picture
    shown = _shown(pixels, move, size, PAD, Image.Resampling.BILINEAR)
    if isinstance(truth, Boxes):
        return shown, inside(_moved_boxes(truth.boxes, move, pixels.shape[:2], size), truth.indices, size)
    if isinstance(truth, Mask):
        return shown, Mask(_shown(truth.pixels, move, size, VOID, Image.Resampling.NEAREST))
    return shown, truth


def _shown(pixels: np.ndarray, move: Move, size: tuple[int, int], fill: int, resample: Image.Resampling) -> np.ndarray:
    height, width = pixels.shape[1::-1] if move.turn.transposed else pixels.shape[:2]
    x0, x1, left, right = _span(move.window.left, move.window.width, width, size[1])
    y0, y1, top, bottom = _span(move.window.top, move.window.height, height, size[0])
    if resample == Image.Resampling.BILINEAR and opencv.suits(move, pixels.shape[:2], size):
        found = opencv.shown(pixels, move, size)
        for beyond in (found[:y0], found[y1:], found[:, :x0], found[:, x1:]):
            beyond[:] = fill
        return found
    flat = pixels[..., 0] if pixels.shape[2:] == (1,) else pixels  # Pillow knows gray as two dimensions
    picture, box = _turned(Image.fromarray(flat), move.turn), (left, top, right, bottom)
    if (x1 - x0, y1 - y0) == size[::-1]:
        whole = picture.resize(size[::-1], resample, box)
    else:
        whole = Image.new(picture.mode, size[::-1], (fill,) * 3 if flat.ndim == 3 else fill)
        if x1 > x0 and y1 > y0:
            whole.paste(picture.resize((x1 - x0, y1 - y0), resample, box), (x0, y0))
    return np.asarray(whole).reshape(*size, *pixels.shape[2:])


def _turned(picture: Image.Image, turn: Turn) -> Image.Image:
    if turn.mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if turn.upside_down:
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return picture.transpose(Image.Transpose.TRANSPOSE) if turn.transposed else picture


def _span(start: float, share: float, length: int, shown: int) -> tuple[int, int, float, float]:
    """Along one side: which of the `shown` pixels lie inside the picture, from where to where, and what they show."""
    step = share * length / shown
    first = max(0, math.ceil(-start * length / step - ROUNDING))
    last = max(0, min(shown, math.floor((1 - start) * length / step + ROUNDING)))
    return first, last, max(0.0, start * length + first * step), min(float(length), start * length + last * step)


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
