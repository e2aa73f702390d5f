"""How often each class occurs in a split: what is said before a training, and what its loss may weigh by."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from edgecv.records.recipe import LOSS_SETTINGS_OF, Task, Training
from edgecv.records.samples import Boxes, Label, Mask, Samples, Truth

NAMED = 5  # absent classes, before they are only counted


def occurrences(samples: Samples) -> np.ndarray:
    """The images, objects or pixels of each class, and the images that have each value."""
    counts = np.zeros(len(samples.labels), np.int64)
    for number in range(len(samples)):
        found = np.bincount(_indices(samples.truth(number)), minlength=len(counts))
        counts += found[: len(counts)]  # without void
    return counts


def _indices(truth: Truth) -> Any:
    if isinstance(truth, Label):
        return [truth.index]
    if isinstance(truth, Boxes):
        return np.asarray(truth.indices, np.int64)
    return truth.pixels.ravel() if isinstance(truth, Mask) else range(len(truth.numbers))


def absent(split: Literal["training", "validation"], labels: Sequence[str], counts: np.ndarray) -> str | None:
    """A note on the classes that never occur in a split, given the count of each."""
    never = [label for label, count in zip(labels, counts, strict=True) if not count]
    if not never:
        return None
    consequence = "that cannot be learnt" if split == "training" else "its figures say nothing about that"
    return f"the {split} split holds nothing of {_listed(never)}: {consequence}"


def _listed(labels: Sequence[str]) -> str:
    named = ", ".join(f"'{label}'" for label in labels[:NAMED])
    return named + (f" and {len(labels) - NAMED} more" if len(labels) > NAMED else "")


def settings_of(task: Task, training: Training, counts: np.ndarray) -> dict[str, Any]:
    """The keywords of the loss of a task; without those that a recipe leaves at nothing."""
    settings: dict[str, Any] = {}
    if training.class_weights != "none":
        settings["class_weights"] = weights_of(training.class_weights, counts)
    if training.label_smoothing:
        settings["label_smoothing"] = training.label_smoothing
    return {name: value for name, value in settings.items() if name in LOSS_SETTINGS_OF.get(task, ())}


def weights_of(scheme: str, counts: np.ndarray) -> tuple[float, ...]:
    """A weight for each class: 1 on the average of what there is, so that the learning rate keeps its meaning."""
    shares = counts / max(counts.sum(), 1)
    raw = [_raw_weight(scheme, share) if share else 0.0 for share in shares.tolist()]  # what never occurs costs nothing
    mean = sum(weight * share for weight, share in zip(raw, shares.tolist(), strict=True))
    return tuple(weight / mean if mean else 0.0 for weight in raw)  # every mask may be void


def _raw_weight(scheme: str, share: float) -> float:
    return 1 / share if scheme == "balanced" else 1 / math.log(1.1 + share)
