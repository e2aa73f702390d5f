"""COCO's average precision of one class, for many draws of the images at once.

The matching is done once. A draw only weighs each image's detections by how often the image was drawn. Precision is
looked at where a hit is, and nowhere else: between two hits it only falls, and recall does not change.
"""

from dataclasses import dataclass

import numpy as np

RECALLS = np.linspace(0, 1, 101)  # where COCO reads the curve


@dataclass(frozen=True)
class Matches:
    """The detections of one class in all images, best score first."""

    images: np.ndarray  # (detections,) the image of each
    hits: np.ndarray  # (overlaps, detections) bool: matched at that overlap
    truths: np.ndarray  # (images,) how many there are to find


def average_precisions(matches: Matches, drawn: np.ndarray, overlap: int) -> np.ndarray:
    """One value a draw, at one of the overlaps; nan where the drawn images have nothing to find."""
    truths = drawn @ matches.truths
    hit = matches.hits[overlap]
    hits = np.cumsum(drawn[:, matches.images[hit]], axis=1)
    misses = np.cumsum(drawn @ _new_misses(matches.images, hit, drawn.shape[1]), axis=1)
    precision = hits / (hits + misses + np.spacing(1))
    at_least = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]  # the best at this recall or a higher one
    recall = hits / np.maximum(truths, 1)[:, None]
    reached = np.searchsorted(RECALLS, recall, side="right")  # how many readings lie at or below this recall
    values = (at_least * np.diff(reached, axis=1, prepend=0)).sum(axis=1) / len(RECALLS)
    return np.where(truths > 0, values, np.nan)


def _new_misses(images: np.ndarray, hit: np.ndarray, count: int) -> np.ndarray:
    """(images, hits): the misses of each image that come after the previous hit and before this one."""
    hits = int(hit.sum())
    next_hit = np.cumsum(hit)[~hit]
    before_one = next_hit < hits  # those after the last hit change nothing
    cells = images[~hit][before_one] * hits + next_hit[before_one]
    return np.bincount(cells, minlength=count * hits).reshape(count, hits).astype(np.float64)
