"""The network of a recipe, untrained, and its double where training needs one.

Mixed precision, a moving average and several GPUs each need a network of their own to learn with. What is validated,
saved and scored is always a plain float32 one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import tensorflow as tf

from edgecv.models import MODELS
from edgecv.models.pretrained import fill
from edgecv.records.recipe import Recipe
from edgecv.training import finetune


@dataclass(frozen=True)
class Networks:
    """The network that `learns`, and the one that is `judged`: the same one, unless the recipe asks for more."""

    learns: keras.Model
    judged: keras.Model
    pretrained: tuple[str, ...]  # the layers whose weights were learnt before

    @property
    def one(self) -> bool:
        return self.learns is self.judged


def networks_of(recipe: Recipe, classes: int, strategy: tf.distribute.Strategy) -> Networks:
    """The untrained networks of a recipe; from here on, everything random follows from the seed."""
    tf.config.experimental.enable_op_determinism()
    judged = _new(recipe, classes)
    pretrained = fill(judged, recipe.model, recipe.preprocess.size, recipe.preprocess.channels)
    finetune.check(recipe.training, pretrained)
    plain = recipe.training.precision == "float32" and recipe.training.ema is None
    if plain and strategy.num_replicas_in_sync == 1:
        return Networks(judged, judged, pretrained)
    with strategy.scope(), _computing_in(recipe.training.precision):
        learns = _new(recipe, classes)
    learns.set_weights(judged.get_weights())
    return Networks(learns, judged, pretrained)


def _new(recipe: Recipe, classes: int) -> keras.Model:
    keras.utils.set_random_seed(recipe.training.seed)
    preprocess, model = recipe.preprocess, recipe.model
    return MODELS[model.name].network(preprocess.size, preprocess.channels, classes, **model.options)


@contextmanager
def _computing_in(precision: str) -> Iterator[None]:
    """The precision of the layers that are made meanwhile."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
