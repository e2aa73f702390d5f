"""Regression: how far off the values are, in their own units and as a share of how much they vary.

`mae` is the mean absolute error over all values, which says something where they have one unit; `r2` the share of each
value's variance that is explained, which has no unit, in the mean over the values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgecv.metrics.averages import mean_of_known
from edgecv.metrics.intervals import Interval, bootstrap
from edgecv.ondevice.tasks.regression import Regression
from edgecv.records.recipe import gain
from edgecv.records.samples import Values

Figure = Callable[[np.ndarray], np.ndarray]


def missing() -> None:
    return None


def score(predictions: Sequence[Regression], truths: Sequence[Values], labels: tuple[str, ...]) -> "Errors":
    """Hold each value of each image against the true one."""
    truth = np.array([each.numbers for each in truths], np.float64)
    return Errors(labels, truth, np.array([each.values for each in predictions], np.float64) - truth)


@dataclass(frozen=True)
class Errors:
    """By image and value, each (n, labels)."""

    labels: tuple[str, ...]
    truth: np.ndarray
    off: np.ndarray

    @property
    def values(self) -> Mapping[str, float]:
        return {metric: float(self._mean(metric)(self._once)[0]) for metric in self._figures}

    def per_class(self, metric: str) -> Mapping[str, float | None]:
        figures = self._figures[metric](self._once)[0]
        known = zip(self.labels, figures.tolist(), strict=True)
        return {label: None if np.isnan(figure) else figure for label, figure in known}

    def interval(self, metric: str) -> Interval:
        return bootstrap(self._mean(metric), len(self.off))

    def drop_interval(self, reference: "Errors", metric: str) -> Interval:
        before, after, sign = reference._mean(metric), self._mean(metric), gain(metric)
        return bootstrap(lambda drawn: sign * (before(drawn) - after(drawn)), len(self.off))

    @property
    def _once(self) -> np.ndarray:
        return np.ones((1, len(self.off)))

    @property
    def _figures(self) -> Mapping[str, Figure]:
        """Each gives (draws, labels) of how often each image was drawn (draws, images)."""
        return {"mae": self._mae, "r2": self._r2}

    def _mean(self, metric: str) -> Figure:
        return lambda drawn: mean_of_known(self._figures[metric](drawn))

    def _mae(self, drawn: np.ndarray) -> np.ndarray:
        mae: np.ndarray = drawn @ np.abs(self.off) / drawn.sum(axis=1, keepdims=True)
        return mae

    def _r2(self, drawn: np.ndarray) -> np.ndarray:
        """nan where the drawn images all have one value."""
        count = drawn.sum(axis=1, keepdims=True)
        centred = self.truth - self.truth.mean(axis=0)  # a variance of large numbers would lose its digits
        variation = drawn @ centred**2 - (drawn @ centred) ** 2 / count
        known = variation > 1e-12 * np.abs(drawn @ centred**2)
        r2: np.ndarray = np.where(known, 1 - drawn @ self.off**2 / np.where(known, variation, 1), np.nan)
        return r2
