"""How much of each thing: a number for each of the labels, such as the angles of a head.

A network gives them as it has learnt them, in standard deviations from the mean of training, so that numbers of any
unit share one scale of an integer tensor. They get their units here, in float.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from edgecv.ondevice.images import Placement
from edgecv.ondevice.tasks.labels import label_of
from edgecv.records.artifact import Manifest

OVERRIDES: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """A number for each label; empty: the network's outputs are in their units already."""

    mean: Tuple[float, ...] = ()
    std: Tuple[float, ...] = ()


class Regression(NamedTuple):
    """Values (labels,), in the order of the labels and in their units."""

    values: np.ndarray


def postprocess(outputs: Mapping[str, np.ndarray], manifest: Manifest, placement: Placement) -> Regression:  # noqa: ARG001
    mean, std = (np.array(manifest.postprocess.get(name) or usual) for name, usual in (("mean", 0.0), ("std", 1.0)))
    return Regression((outputs["values"].reshape(-1) * std + mean).astype(np.float32))


def describe(prediction: Regression, labels: Sequence[str]) -> Dict[str, Any]:
    return {"values": {label_of(labels, i): float(f"{value:.6g}") for i, value in enumerate(prediction.values)}}


def headline(prediction: Regression, labels: Sequence[str]) -> str:
    return ", ".join(written(prediction.values, labels))


def written(values: np.ndarray, labels: Sequence[str]) -> Sequence[str]:
    """Each value with its name, in three digits."""
    return [f"{label_of(labels, i)} {value:.3g}" for i, value in enumerate(values)]
