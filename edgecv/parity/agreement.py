"""Do two sets of raw outputs give the same answers? The answers are those that the board would give."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from edgecv.ondevice.images import Placement
from edgecv.ondevice.tasks import TASKS
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.artifact import Manifest

SAME_BOX = 0.5  # overlap (intersection over union) from which two boxes are one object
SAME_VALUE = 0.5  # standard deviations of a value, over the images, by which two of it may differ and be one
LEAST_SPREAD = 0.25  # of the truth's: a value that a network has hardly learnt varies less, and asks for no more care


def agreement(reference: Mapping[str, np.ndarray], got: Mapping[str, np.ndarray], manifest: Manifest) -> float | None:
    """The share of equal answers: best classes, matched boxes, pixels, or values; None where there are no answers."""
    if manifest.task == "regression":
        standard = manifest.postprocess.get("std")  # then the outputs are in units of the truth's spread
        least = LEAST_SPREAD if standard else 0.0
        return _values(reference["values"], got["values"], least)
    return AGREEMENT[manifest.task](_answers(reference, manifest), _answers(got, manifest))


def _answers(outputs: Mapping[str, np.ndarray], manifest: Manifest) -> list[Any]:
    """The predictions for network-size images, one by one as on the board."""
    placement = Placement(manifest.preprocess.size, (1.0, 1.0), (0, 0))
    count = len(next(iter(outputs.values())))
    return [
        TASKS[manifest.task].postprocess(
            {name: values[index : index + 1] for name, values in outputs.items()}, manifest, placement
        )
        for index in range(count)
    ]


def _best_classes(reference: Sequence[Classification], got: Sequence[Classification]) -> float:
    return float(np.mean([a.scores.argmax() == b.scores.argmax() for a, b in zip(reference, got, strict=True)]))


def _pixels(reference: Sequence[Segmentation], got: Sequence[Segmentation]) -> float:
    return float(np.mean([(a.mask == b.mask).mean() for a, b in zip(reference, got, strict=True)]))


def _values(reference: np.ndarray, got: np.ndarray, least_spread: float) -> float:
    """Of the value that agrees least: the others would hide one that is lost. One that never changes has no say."""
    spread = reference.std(axis=0)
    same = np.abs(reference - got) <= SAME_VALUE * np.maximum(spread, least_spread)
    return float(same.mean(axis=0)[np.ptp(reference, axis=0) > 0].min())


def _boxes(reference: Sequence[Detection], got: Sequence[Detection]) -> float | None:
    """Matched boxes on both sides, as a share of all boxes on both sides."""
    pairs = list(zip(reference, got, strict=True))
    total = sum(len(a.boxes) + len(b.boxes) for a, b in pairs)
    return 2 * sum(_matched(a, b) for a, b in pairs) / total if total else None


def _matched(reference: Detection, got: Detection) -> int:
    """How many boxes of `got`, best first, find a box of their class that no other has taken."""
    free = np.ones(len(reference.boxes), bool)
    for box, index in zip(got.boxes, got.indices, strict=True):
        overlap = np.where(free & (reference.indices == index), _overlaps(reference.boxes, box), 0.0)
        if overlap.max(initial=0.0) >= SAME_BOX:
            free[overlap.argmax()] = False
    return int((~free).sum())


def _overlaps(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.maximum(sides, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    overlaps: np.ndarray = shared / (areas - shared)
    return overlaps


AGREEMENT: dict[str, Callable[[Any, Any], float | None]] = {
    "classification": _best_classes,
    "detection": _boxes,
    "segmentation": _pixels,
}
