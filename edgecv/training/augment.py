"""Make a training picture a little different each time it is seen: mirrored, moved, scaled, in another light.

All chances come from the generator that is passed in, so that a batch is a function of the seed, epoch and step.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

from edgecv.records.samples import VOID, Boxes, Mask, Truth
from edgecv.training.arrays import inside

SCALE = (0.8, 1.25)
SHIFT = 0.1  # of a side
GAIN = (0.8, 1.25)  # of all channels
TINT = (0.9, 1.1)  # of each channel on top
PAD = 114  # the gray of a letterbox


class Move(NamedTuple):
    """new = old * scale + offset for x and y; a negative scale mirrors."""

    scale: tuple[float, float]
    offset: tuple[float, float]


def augment(image: np.ndarray, truth: Truth, rng: np.random.Generator) -> tuple[np.ndarray, Truth]:
    """One picture (H, W, C) uint8 and its truth, changed alike."""
    height, width = image.shape[:2]
    move = _random_move(height, width, rng)
    return _lit(_moved(image, move, PAD, Image.Resampling.BILINEAR), rng), _moved_truth(truth, move, (height, width))


def _random_move(height: int, width: int, rng: np.random.Generator) -> Move:
    zoom = rng.uniform(*SCALE)
    mirror = 1 if rng.random() < 0.5 else -1
    shift_x, shift_y = rng.uniform(-SHIFT, SHIFT, 2) * (width, height)
    # Scaling keeps the centre of the picture in its place.
    return Move((mirror * zoom, zoom), (width / 2 * (1 - mirror * zoom) + shift_x, height / 2 * (1 - zoom) + shift_y))


def _moved(image: np.ndarray, move: Move, fill: int, resample: Image.Resampling) -> np.ndarray:
    height, width = image.shape[:2]
    (scale_x, scale_y), (offset_x, offset_y) = move
    backwards = (1 / scale_x, 0, -offset_x / scale_x, 0, 1 / scale_y, -offset_y / scale_y)
    flat = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image  # Pillow knows gray as two dimensions
    fill_color = (fill,) * 3 if flat.ndim == 3 else fill
    picture = Image.fromarray(flat).transform(
        (width, height), Image.Transform.AFFINE, backwards, resample, fillcolor=fill_color
    )
    return np.asarray(picture).reshape(image.shape)


def _moved_truth(truth: Truth, move: Move, size: tuple[int, int]) -> Truth:
    if isinstance(truth, Boxes):
        boxes = truth.boxes * (move.scale * 2) + move.offset * 2
        if move.scale[0] < 0:
            boxes = boxes[:, [2, 1, 0, 3]]
        return inside(boxes, truth.indices, size)
    if isinstance(truth, Mask):
        return Mask(_moved(truth.pixels, move, VOID, Image.Resampling.NEAREST))
    return truth


def _lit(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    gains = rng.uniform(*GAIN) * rng.uniform(*TINT, image.shape[2])
    return np.clip(image * gains + 0.5, 0, 255).astype(np.uint8)
