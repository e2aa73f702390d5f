"""Predictions held against the truth of their samples: the float network's and an artifact's go the same way."""

import math
from collections.abc import Sequence
from typing import Any

from edgecv.errors import InputError
from edgecv.metrics import METRICS, Score
from edgecv.records.samples import Samples


def score(task: str, predictions: Sequence[Any], samples: Samples, indices: Sequence[int]) -> Score:
    """Score predictions of the samples at those indices, in that order."""
    truths = [samples.truth(index) for index in indices]
    scored = METRICS[task].score(predictions, truths, samples.labels)
    if any(math.isnan(value) for value in scored.values.values()):
        raise InputError("data: there is nothing to find in these images, and so nothing to score")
    return scored
