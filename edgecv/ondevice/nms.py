"""Non-maximum suppression in numpy: the exact greedy algorithm, a block of boxes at a time."""

from __future__ import annotations

import numpy as np

BLOCK = 256  # its square of overlaps fits into a small processor's cache


def strongest(scores: np.ndarray, most: int) -> np.ndarray:
    """Positions of the highest scores, best first; among equals the earlier position wins."""
    if len(scores) > most:  # sorting all of them would cost more than everything else
        weakest = np.partition(scores, len(scores) - most)[len(scores) - most]
        above = np.flatnonzero(scores > weakest)
        level = np.flatnonzero(scores == weakest)[: most - len(above)]
        positions = np.concatenate([above, level])
        positions.sort()
    else:
        positions = np.arange(len(scores))
    best_first: np.ndarray = positions[np.argsort(-scores[positions], kind="stable")]
    return best_first


def suppress(boxes: np.ndarray, indices: np.ndarray, iou: float, most: int) -> np.ndarray:
    """Positions that survive, at most `most`, of boxes that come best first.

    A box falls when it overlaps by more than `iou` with a better survivor of the same class.
    """
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = np.empty(0, np.intp)
    for start in range(0, len(boxes), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(boxes)))
        fallen = _overlaps(boxes, areas, indices, kept, block, iou).any(axis=0)
        block = block[~fallen]
        within = np.triu(_overlaps(boxes, areas, indices, block, block, iou), 1)  # only the better one suppresses
        kept = np.concatenate([kept, block[_greedy(within)]])
        if len(kept) >= most:
            break
    return kept[:most]


def _greedy(suppresses: np.ndarray) -> np.ndarray:
    """Who survives, where row i of the matrix says whom i suppresses.

    Each round settles at least one more link of every chain of suppressions, so this ends in the answer of the loop
    over single boxes, after as many rounds as the longest chain has links.
    """
    survives: np.ndarray = np.ones(len(suppresses), bool)
    while True:
        again = np.logical_not(suppresses[survives].any(axis=0))
        if np.array_equal(again, survives):
            return survives
        survives = again


def _overlaps(
    boxes: np.ndarray, areas: np.ndarray, indices: np.ndarray, rows: np.ndarray, columns: np.ndarray, iou: float
) -> np.ndarray:
    """Whether each of `rows` and each of `columns` are of one class and overlap by more than `iou`."""
    first, second = boxes[rows, np.newaxis], boxes[np.newaxis, columns]
    width = np.minimum(first[..., 2], second[..., 2]) - np.maximum(first[..., 0], second[..., 0])
    height = np.minimum(first[..., 3], second[..., 3]) - np.maximum(first[..., 1], second[..., 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    union = areas[rows, np.newaxis] + areas[np.newaxis, columns] - shared
    same = indices[rows, np.newaxis] == indices[np.newaxis, columns]
    overlaps: np.ndarray = (shared > iou * union) & same
    return overlaps
