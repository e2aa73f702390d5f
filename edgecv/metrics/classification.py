"""Classification: the share of images whose best class is the true one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgecv.metrics.intervals import Interval, of_paired_drop, of_share
from edgecv.ondevice.tasks.classification import Classification
from edgecv.records.samples import Label


def missing() -> None:
    return None


def score(predictions: Sequence[Classification], truths: Sequence[Label], labels: tuple[str, ...]) -> "Answers":
    """Hold the best class of each image against its label."""
    truth = np.array([each.index for each in truths])
    answers = np.array([int(np.argmax(each.scores)) for each in predictions])
    return Answers(labels, truth, answers == truth)


@dataclass(frozen=True)
class Answers:
    labels: tuple[str, ...]
    truth: np.ndarray  # (n,)
    right: np.ndarray  # (n,) bool

    @property
    def values(self) -> Mapping[str, float]:
        return {"top1": float(self.right.mean())}

    def per_class(self, metric: str) -> Mapping[str, float | None]:  # noqa: ARG002
        of_class = {label: self.right[self.truth == index] for index, label in enumerate(self.labels)}
        return {label: float(right.mean()) if len(right) else None for label, right in of_class.items()}

    def interval(self, metric: str) -> Interval:  # noqa: ARG002
        return of_share(int(self.right.sum()), len(self.right))

    def drop_interval(self, reference: "Answers", metric: str) -> Interval:  # noqa: ARG002
        lost, gained = reference.right & ~self.right, ~reference.right & self.right
        return of_paired_drop(int(lost.sum()), int(gained.sum()), len(self.right))
