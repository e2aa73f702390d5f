"""The truth about a picture, moved along with its pixels."""

import numpy as np

from edgecv.ondevice.images import Placement
from edgecv.records.samples import VOID, Boxes, Label, Mask, Truth, Values

LEAST_SIDE = 1.0  # pixels of a box, and the share of its area, that the edge of a picture must leave:
LEAST_AREA = 0.3  # nobody can tell what a sliver belongs to


def moved(truth: Truth, placement: Placement, size: tuple[int, int]) -> Truth:
    """The truth about an original image, as the truth about the network's input."""
    if isinstance(truth, (Label, Values)):
        return truth  # whether a picture may move at all without changing it, is the recipe's to know
    if isinstance(truth, Boxes):
        (scale_y, scale_x), (top, left) = placement.scale, placement.offset
        scale, offset = np.array([scale_x, scale_y] * 2), np.array([left, top] * 2)
        return inside(truth.boxes * scale + offset, truth.indices, size)
    rows = _sources(size[0], placement.scale[0], placement.offset[0], truth.pixels.shape[0])
    columns = _sources(size[1], placement.scale[1], placement.offset[1], truth.pixels.shape[1])
    pixels = truth.pixels[rows.clip(0)][:, columns.clip(0)]
    return Mask(np.where((rows < 0)[:, None] | (columns < 0), np.uint8(VOID), pixels))


def _sources(length: int, scale: float, offset: float, original: int) -> np.ndarray:
    """For each row (or column) of the network's input: the row of the original under its centre, -1 outside of it."""
    found = np.floor((np.arange(length) + 0.5 - offset) / scale).astype(np.int64)
    return np.where((found >= 0) & (found < original), found, -1)


def inside(boxes: np.ndarray, indices: np.ndarray, size: tuple[int, int]) -> Boxes:
    """Clip boxes to a picture, and drop those of which too little is left."""
    height, width = size
    whole = np.reshape(boxes, (-1, 4)).astype(np.float32)
    clipped = np.clip(whole, 0, np.array([width, height, width, height], np.float32))
    sides = clipped[:, 2:] - clipped[:, :2]
    enough = sides.prod(axis=1) >= LEAST_AREA * (whole[:, 2:] - whole[:, :2]).prod(axis=1)
    kept = enough & (sides >= LEAST_SIDE).all(axis=1)
    return Boxes(clipped[kept], np.asarray(indices)[kept])
