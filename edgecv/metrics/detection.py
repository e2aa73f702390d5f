"""Detection: mean average precision as COCO defines it.

Values come from pycocotools itself. Intervals come from the same matches, weighed anew for every draw of the images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgecv.metrics import coco
from edgecv.metrics.average_precision import Matches, average_precisions
from edgecv.metrics.averages import mean_of_known
from edgecv.metrics.coco import missing
from edgecv.metrics.intervals import Interval, bootstrap
from edgecv.ondevice.tasks.detection import Detection
from edgecv.records.samples import Boxes

__all__ = ["missing", "score", "Found"]

OVERLAPS = {"map50_95": tuple(range(10)), "map50": (0,)}  # of 0.50, 0.55, ... 0.95


def score(predictions: Sequence[Detection], truths: Sequence[Boxes], labels: tuple[str, ...]) -> "Found":
    """Match detections to the truth, class by class and image by image."""
    evaluation = coco.evaluate(predictions, truths, len(labels))
    per_class = np.array(evaluation.eval["precision"][..., 0, 0].mean(axis=1).T)  # (classes, overlaps)
    per_class[per_class < 0] = np.nan  # COCO's sign for a class without truth
    matches = [_matches(evaluation.evalImgs, index, len(truths)) for index in range(len(labels))]
    return Found(labels, len(truths), per_class, matches)


def _matches(results: list[Any], index: int, images: int) -> Matches:
    """What COCOeval noted of one class; None stands for an image with neither truth nor detections."""
    mine = [(image, each) for image, each in enumerate(results[index * images : (index + 1) * images]) if each]
    truths = np.zeros(images)
    for image, each in mine:
        truths[image] = len(each["gtIds"])
    if not mine:
        return Matches(np.zeros(0, int), np.zeros((10, 0), bool), truths)
    scores = np.concatenate([each["dtScores"] for _, each in mine])
    order = np.argsort(-scores, kind="mergesort")  # as COCOeval does, so that ties fall alike
    of_image = np.concatenate([np.full(len(each["dtScores"]), image) for image, each in mine])
    hits = np.concatenate([each["dtMatches"] > 0 for _, each in mine], axis=1)
    return Matches(of_image[order], hits[:, order], truths)


@dataclass(frozen=True)
class Found:
    labels: tuple[str, ...]
    images: int
    precisions: np.ndarray  # (classes, overlaps); nan for a class without truth
    matches: Sequence[Matches]  # one a class

    @property
    def values(self) -> Mapping[str, float]:
        return {metric: float(mean_of_known(self._of_classes(metric))) for metric in OVERLAPS}

    def per_class(self, metric: str) -> Mapping[str, float | None]:
        values = zip(self.labels, self._of_classes(metric), strict=True)
        return {label: None if np.isnan(value) else float(value) for label, value in values}

    def interval(self, metric: str) -> Interval:
        return bootstrap(lambda drawn: self.redrawn(drawn, metric), self.images)

    def drop_interval(self, reference: "Found", metric: str) -> Interval:
        return bootstrap(
            lambda drawn: reference.redrawn(drawn, metric) - self.redrawn(drawn, metric),
            self.images,
        )

    def redrawn(self, drawn: np.ndarray, metric: str) -> np.ndarray:
        """The metric of each draw, from how often each image was drawn (draws, images)."""
        overlaps = OVERLAPS[metric]
        of_classes = [
            np.mean([average_precisions(each, drawn, overlap) for overlap in overlaps], axis=0) for each in self.matches
        ]
        return mean_of_known(np.stack(of_classes, axis=-1))

    def _of_classes(self, metric: str) -> np.ndarray:
        values: np.ndarray = self.precisions[:, list(OVERLAPS[metric])].mean(axis=1)
        return values
