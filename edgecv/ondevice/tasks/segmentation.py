"""Which class every pixel belongs to, at the size of the original image."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from edgecv.ondevice.images import Placement
from edgecv.ondevice.tasks.labels import label_of
from edgecv.records.artifact import Manifest
from edgecv.records.samples import VOID

OVERRIDES: Tuple[str, ...] = ()


class Segmentation(NamedTuple):
    """Mask (height, width) uint8 of label indices; VOID where a crop left the network without sight."""

    mask: np.ndarray


def postprocess(outputs: Mapping[str, np.ndarray], manifest: Manifest, placement: Placement) -> Segmentation:
    return Segmentation(_place_back(_best_classes(outputs["logits"][0], manifest.preprocess.size), placement))


def _best_classes(logits: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """The strongest class of every pixel at the network's size, from (height, width, classes) logits at any."""
    planes = np.ascontiguousarray(logits.transpose(2, 0, 1))
    wide = _between(planes, 2, _neighbours(planes.shape[2], size[1]))
    rows = _neighbours(planes.shape[1], size[0])
    strongest = _between(wide[0], 0, rows)
    index = np.zeros(size, np.uint8)
    for number, plane in enumerate(wide[1:], 1):  # one plane at a time stays in the cache; all at once would not
        upsampled = _between(plane, 0, rows)
        np.putmask(index, upsampled > strongest, number)
        np.maximum(strongest, upsampled, out=strongest)
    return index


class _Neighbours(NamedTuple):
    """For each new place along an axis, the old ones before and after it, and how far it is on the way."""

    before: np.ndarray
    after: np.ndarray
    way: np.ndarray


@lru_cache(maxsize=8)
def _neighbours(length: int, target: int) -> _Neighbours:
    """Between pixel centres; the border repeats."""
    positions = np.clip((np.arange(target) + 0.5) * length / target - 0.5, 0, length - 1)
    before = np.floor(positions).astype(np.intp)
    return _Neighbours(before, np.minimum(before + 1, length - 1), (positions - before).astype(np.float32))


def _between(values: np.ndarray, axis: int, places: _Neighbours) -> np.ndarray:
    """Linear interpolation, without a product of matrices: its threads wait for each other where cores are busy."""
    first = values.take(places.before, axis)
    result = values.take(places.after, axis)
    result -= first
    result *= places.way.reshape([-1 if side == axis else 1 for side in range(values.ndim)])
    result += first
    return result


def _place_back(mask: np.ndarray, placement: Placement) -> np.ndarray:
    """The nearest network pixel for every original pixel; what was padded on is left out by never being nearest."""
    rows = _sources(placement.original[0], placement.scale[0], placement.offset[0])
    columns = _sources(placement.original[1], placement.scale[1], placement.offset[1])
    seen_rows = np.flatnonzero((rows >= 0) & (rows < mask.shape[0]))
    seen_columns = np.flatnonzero((columns >= 0) & (columns < mask.shape[1]))
    # Columns first: repeating whole rows of the wide result is a mere copy.
    seen = mask.take(columns[seen_columns], axis=1).take(rows[seen_rows], axis=0)
    if seen.shape == placement.original:
        return seen
    whole = np.full(placement.original, VOID, np.uint8)
    whole[np.ix_(seen_rows, seen_columns)] = seen
    return whole


def _sources(length: int, scale: float, offset: int) -> np.ndarray:
    sources: np.ndarray = np.floor((np.arange(length) + 0.5) * scale + offset).astype(np.intp)
    return sources


def shares(prediction: Segmentation, classes: int) -> np.ndarray:
    """The share of the image that each class covers."""
    counts = np.bincount(prediction.mask.reshape(-1), minlength=classes)[:classes]
    return counts / prediction.mask.size


def describe(prediction: Segmentation, labels: Sequence[str]) -> Dict[str, Any]:
    covered = shares(prediction, len(labels))
    areas = {label: round(float(share), 6) for label, share in zip(labels, covered)}
    return {"mask": None, "areas": areas}  # who writes the mask to a file puts the path here


def headline(prediction: Segmentation, labels: Sequence[str]) -> str:
    covered = shares(prediction, len(labels))
    largest = [index for index in np.argsort(-covered, kind="stable")[:3] if covered[index] > 0]
    return ", ".join(f"{label_of(labels, index)} {covered[index]:.0%}" for index in largest)
