"""How a board reads the outputs of a recipe's network: what its model says and, of values, what they are learnt in."""

from typing import Any

import numpy as np

from edgecv.models import MODELS
from edgecv.records.recipe import Model, Task
from edgecv.records.samples import Samples, Values


def postprocess_of(model: Model, task: Task, seen: Samples) -> dict[str, Any]:
    """The postprocess block of a model that learns from these samples."""
    said = MODELS[model.name].postprocess(**model.options)
    return {**said, **_standard(seen)} if task == "regression" else said


def _standard(seen: Samples) -> dict[str, list[float]]:
    """Mean and standard deviation of each value, in as many digits as are worth reading."""
    truths = [truth.numbers for number in range(len(seen)) if isinstance(truth := seen.truth(number), Values)]
    figures = {"mean": np.mean(truths, axis=0), "std": np.std(truths, axis=0)}
    figures["std"][figures["std"] == 0] = 1.0  # of a single picture, say
    return {name: [float(f"{each:.6g}") for each in values] for name, values in figures.items()}
