"""The learning rate of each step: it rises along a line at first, and then goes on as the schedule says.

Counted in steps and set from outside. A schedule inside the optimizer would be traced, and computed, once more for the
weight decay of every variable.
"""

import math
from collections.abc import Callable

from edgecv.records.recipe import Training


def rate_at(step: int, steps: int, training: Training) -> float:
    """The rate of one step, counted from 0, of all the steps of a training."""
    warmup = round(training.warmup * steps)
    if step < warmup:
        return training.learning_rate * (step + 1) / warmup
    return training.learning_rate * SCHEDULES[training.schedule](step, steps, training)


def _cosine(step: int, steps: int, training: Training) -> float:
    """Down to zero, counted from the end of the warm-up."""
    warmup = round(training.warmup * steps)
    return (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


def _steps(step: int, steps: int, training: Training) -> float:
    return training.drop_factor ** sum(step >= round(drop * steps) for drop in training.drops)


def _constant(_step: int, _steps: int, _training: Training) -> float:
    return 1.0


# The part of the full rate that a step after the warm-up has.
SCHEDULES: dict[str, Callable[[int, int, Training], float]] = {
    "cosine": _cosine,
    "steps": _steps,
    "constant": _constant,
}
