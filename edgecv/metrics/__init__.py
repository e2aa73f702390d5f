"""How good predictions are, and how sure that is: one module a task.

A module's `score` holds predictions against the truth once, image by image. The result answers for every metric of the
task, with 95 % intervals, without looking at an image again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from edgecv.metrics import classification, detection, regression, segmentation
from edgecv.metrics.intervals import Interval


class Score(Protocol):
    """The predictions of one network, or artifact, held against the truth."""

    @property
    def values(self) -> Mapping[str, float]:
        """Every metric of the task by name; nan where there is nothing to find."""

    def per_class(self, metric: str) -> Mapping[str, float | None]:
        """The metric of each label alone; None for a label that the truth never shows."""

    def interval(self, metric: str) -> Interval:
        """The 95 % interval of the value, over other images of the same kind."""

    def drop_interval(self, reference: Any, metric: str) -> Interval:
        """The 95 % interval of what is lost against a reference scored on the same images: above 0 is worse."""


class MetricModule(Protocol):
    def missing(self) -> str | None:
        """The sentence to print when scoring this task needs something that is not installed."""

    def score(self, predictions: Sequence[Any], truths: Sequence[Any], labels: tuple[str, ...]) -> Score: ...


METRICS: dict[str, MetricModule] = {
    "classification": classification,
    "detection": detection,
    "segmentation": segmentation,
    "regression": regression,
}
