"""The learning rate of each step: it rises along a line at first, and then falls along a cosine to zero.

Counted in steps and set from outside. A schedule inside the optimizer would be traced, and computed, once more for the
weight decay of every variable.
"""

import math
from typing import Any

import keras

from edgecv.records.recipe import Training


def rate_at(step: int, steps: int, training: Training) -> float:
    """The rate of one step, counted from 0, of all the steps of a training."""
    warmup = round(training.warmup * steps)
    if step < warmup:
        return training.learning_rate * (step + 1) / warmup
    return training.learning_rate * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


class RateOfStep(keras.callbacks.Callback):
    """Sets the rate before each step; where a training resumes, it goes on from the rate it had."""

    def __init__(self, steps_per_epoch: int, training: Training) -> None:
        super().__init__()
        self.steps_per_epoch, self.training = steps_per_epoch, training
        self.first_step = 0  # of the current epoch

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 Keras calls by these names
        self.first_step = epoch * self.steps_per_epoch

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        steps = self.steps_per_epoch * self.training.epochs
        self.model.optimizer.learning_rate = rate_at(self.first_step + batch, steps, self.training)
