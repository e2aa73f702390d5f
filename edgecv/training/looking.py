"""A look at what a network answers to some validation images: the same whatever it sees?"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras

from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples
from edgecv.training.notes import LOOKED_AT, same_everywhere
from edgecv.training.predict import predict


def look(network: keras.Model, samples: Samples, recipe: Recipe, postprocess: Mapping[str, Any]) -> str | None:
    """A note where every answer is the same."""
    some = _some(samples)
    answers = predict(network, some, recipe.task, recipe.preprocess, postprocess)
    truths = [some.truth(number) for number in range(len(some))]
    return same_everywhere(recipe.task, answers, truths, samples.labels)


def _some(samples: Samples) -> Samples:
    """A few, spread evenly: data sets are often sorted."""
    count = min(LOOKED_AT, len(samples))
    chosen = [number * len(samples) // count for number in range(count)]
    return dataclasses.replace(
        samples,
        names=tuple(samples.names[number] for number in chosen),
        image=lambda number: samples.image(chosen[number]),
        truth=lambda number: samples.truth(chosen[number]),
    )
