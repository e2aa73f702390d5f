"""Segmentation: the mean over classes of intersection over union, background included.

Pixels of all images are counted together, as is usual; a class that the truth never shows has no part in the mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgecv.errors import InputError
from edgecv.metrics.averages import mean_of_known
from edgecv.metrics.intervals import Interval, bootstrap
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.samples import VOID, Mask


def missing() -> None:
    return None


def score(predictions: Sequence[Segmentation], truths: Sequence[Mask], labels: tuple[str, ...]) -> "Overlaps":
    """Count, for each image and class, the pixels in prediction and truth, and those in either."""
    confusions = np.stack([confusion(p.mask, t.pixels, len(labels)) for p, t in zip(predictions, truths, strict=True)])
    both = np.diagonal(confusions, axis1=1, axis2=2)
    truth, predicted = confusions.sum(axis=2), confusions.sum(axis=1)[:, :-1]
    return Overlaps(labels, both.astype(float), (truth + predicted - both).astype(float), truth.astype(float))


def confusion(predicted: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Pixels (classes, classes + 1) of one image: true class by predicted class, the last for none of them."""
    if predicted.shape != truth.shape:
        raise InputError(f"truth: expected a mask of the image's size {predicted.shape}, got {truth.shape}")
    counted = truth != VOID
    if (truth[counted] >= classes).any():
        raise InputError(f"truth: expected indices below {classes}, or {VOID} for void, got {truth[counted].max()}")
    none = np.minimum(predicted[counted], classes)  # a crop leaves the network without sight of the border
    pairs = truth[counted].astype(int) * (classes + 1) + none
    return np.bincount(pairs, minlength=classes * (classes + 1)).reshape(classes, classes + 1)


@dataclass(frozen=True)
class Overlaps:
    """Pixels by image and class, each (n, classes)."""

    labels: tuple[str, ...]
    both: np.ndarray
    either: np.ndarray
    truth: np.ndarray

    @property
    def values(self) -> Mapping[str, float]:
        return {"miou": float(self._miou(np.ones((1, len(self.both))))[0])}

    def per_class(self, metric: str) -> Mapping[str, float | None]:  # noqa: ARG002
        ious = self._ious(np.ones((1, len(self.both))))[0]
        return {label: None if np.isnan(iou) else float(iou) for label, iou in zip(self.labels, ious, strict=True)}

    def interval(self, metric: str) -> Interval:  # noqa: ARG002
        return bootstrap(self._miou, len(self.both))

    def drop_interval(self, reference: "Overlaps", metric: str) -> Interval:  # noqa: ARG002
        return bootstrap(lambda drawn: reference._miou(drawn) - self._miou(drawn), len(self.both))

    def _miou(self, drawn: np.ndarray) -> np.ndarray:
        return mean_of_known(self._ious(drawn))

    def _ious(self, drawn: np.ndarray) -> np.ndarray:
        """(draws, classes); nan where the drawn images show nothing of a class."""
        known = drawn @ self.truth > 0
        ious: np.ndarray = np.where(known, drawn @ self.both / np.maximum(drawn @ self.either, 1), np.nan)
        return ious
