"""The weights that are judged: those that were just learnt, or a moving average of them, which wavers less.

The average takes in the statistics of batch normalisation too, so that they go with the weights they were taken from.
"""

from typing import Any

import keras
import tensorflow as tf

from edgecv.training.networks import Networks


def decay_at(step: int, ema: float) -> float:
    """How much of the average a step keeps: little at first, or a short training would end with its first weights."""
    return min(ema, (1 + step) / (10 + step))


class Average:
    """Lets the network that is judged follow the one that learns."""

    def __init__(self, networks: Networks, ema: float | None) -> None:
        self.networks, self.ema = networks, ema
        self._move = tf.function(self._move_towards)

    @property
    def variables(self) -> list[Any]:
        """The average, where there is one."""
        return [] if self.ema is None else self.networks.judged.variables

    def after_step(self, step: int) -> None:
        """Step by step where there is an average; `step` counts those of the whole training from 0."""
        if self.ema is not None:
            self._move(tf.constant(1 - decay_at(step, self.ema), tf.float32))

    def before_judging(self) -> None:
        """Otherwise as late as possible."""
        if self.ema is None and not self.networks.one:
            self.networks.judged.set_weights(self.networks.learns.get_weights())

    def _move_towards(self, part: tf.Tensor) -> None:
        pairs = zip(self.networks.judged.weights, self.networks.learns.weights, strict=True)
        for average, learnt in pairs:
            if keras.backend.is_float_dtype(average.dtype):
                average.assign_add((learnt - average) * part)
            else:
                average.assign(learnt)
