"""What is in the image: one score a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Literal, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads.scores import softmax
from edgecv.ondevice.images import Placement
from edgecv.ondevice.tasks.labels import label_of
from edgecv.records.artifact import Manifest

OVERRIDES: Tuple[str, ...] = ()
DESCRIBED = 5  # classes, the best of them


@dataclass(frozen=True)
class Settings:
    activation: Literal["softmax", "none"] = "softmax"  # none: the network's outputs are scores already


class Classification(NamedTuple):
    """Scores (classes,), in the order of the labels."""

    scores: np.ndarray


ACTIVATIONS: Dict[str, Callable[[np.ndarray], np.ndarray]] = {"softmax": softmax, "none": lambda scores: scores}


def postprocess(outputs: Mapping[str, np.ndarray], manifest: Manifest, placement: Placement) -> Classification:  # noqa: ARG001
    activation = manifest.postprocess.get("activation", "softmax")
    if activation not in ACTIVATIONS:
        raise InputError(f"postprocess.activation: expected one of {', '.join(ACTIVATIONS)}, got '{activation}'")
    return Classification(ACTIVATIONS[activation](outputs["logits"].reshape(-1)))


def best(prediction: Classification, most: int) -> np.ndarray:
    """Indices of the highest scores, best first."""
    order: np.ndarray = np.argsort(-prediction.scores, kind="stable")[:most]
    return order


def describe(prediction: Classification, labels: Sequence[str]) -> Dict[str, Any]:
    return {
        "classes": [
            {"index": int(index), "label": label_of(labels, index), "score": round(float(prediction.scores[index]), 6)}
            for index in best(prediction, DESCRIBED)
        ]
    }


def headline(prediction: Classification, labels: Sequence[str]) -> str:
    return ", ".join(f"{label_of(labels, index)} {prediction.scores[index]:.2f}" for index in best(prediction, 2))
