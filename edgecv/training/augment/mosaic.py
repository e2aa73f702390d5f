"""Four pictures in one: more objects, smaller ones, and cut by edges that are not those of the picture."""

from collections.abc import Sequence

import numpy as np

from edgecv.records.augment import Augment
from edgecv.records.samples import Boxes, Mask, Truth
from edgecv.training.augment.moves import Move, Window, random_turn
from edgecv.training.augment.warp import warped

CENTRE = (0.3, 0.7)  # where the four meet, in shares of the sides
ZOOM = 0.5  # at which a picture of an even mosaic is seen whole


def mosaic(
    pictures: Sequence[tuple[np.ndarray, Truth]], size: tuple[int, int], settings: Augment, rng: np.random.Generator
) -> tuple[np.ndarray, Truth]:
    """Four pictures and their truth, each in a corner of one scene."""
    (height, width), channels = size, pictures[0][0].shape[2]
    x, y = np.rint(rng.uniform(*CENTRE, 2) * (width, height)).astype(int).tolist()
    scene = np.empty((height, width, channels), np.uint8)
    truths = []
    corners = [(slice(0, y), slice(0, x)), (slice(0, y), slice(x, width))]
    corners += [(slice(y, height), across) for _, across in corners]
    for picture, (down, across) in zip(pictures, corners, strict=True):
        corner = (down.stop - down.start, across.stop - across.start)
        scene[down, across], truth = warped(picture, _random_part(corner, size, settings, rng), corner)
        truths.append((truth, (down, across)))
    return scene, _together(truths, size)


def _random_part(corner: tuple[int, int], size: tuple[int, int], settings: Augment, rng: np.random.Generator) -> Move:
    """A turn and a window of a picture that fill a corner without distortion."""
    zoom = ZOOM * rng.uniform(*settings.scale)
    height, width = corner[0] / size[0] / zoom, corner[1] / size[1] / zoom
    left, top = rng.random(2) * (1 - width, 1 - height)  # beyond the picture where that is smaller than the corner
    return Move(random_turn(bool(rng.random() >= 0.5), settings, rng), Window(left, top, width, height))


def _together(truths: Sequence[tuple[Truth, tuple[slice, slice]]], size: tuple[int, int]) -> Truth:
    boxes, indices, mask = [], [], np.empty(size, np.uint8)
    for truth, (down, across) in truths:
        if isinstance(truth, Boxes):
            boxes.append(truth.boxes + np.array([across.start, down.start] * 2, np.float32))
            indices.append(truth.indices)
        elif isinstance(truth, Mask):
            mask[down, across] = truth.pixels
    return Boxes(np.concatenate(boxes), np.concatenate(indices)) if boxes else Mask(mask)
