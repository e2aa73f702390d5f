"""How far a training is: one row an epoch, and the weights of the best epoch."""

import math
from dataclasses import dataclass, field

import numpy as np

from edgecv.errors import InputError
from edgecv.records.recipe import Training

Row = dict[str, float]


@dataclass
class Progress:
    """What the epochs so far have left behind. The best epoch is the one with the lowest validation loss."""

    history: list[Row] = field(default_factory=list)
    best_epoch: int = 0  # counted from 1
    best_weights: list[np.ndarray] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        return len(self.history)

    def add(self, row: Row, weights: list[np.ndarray]) -> None:
        """Take in the row and the weights of the epoch that has just ended."""
        self.history.append(row)
        if not self.best_epoch or row["val_loss"] < self.history[self.best_epoch - 1]["val_loss"]:
            self.best_epoch, self.best_weights = self.epochs, weights

    def finished(self, training: Training) -> bool:
        """Whether all epochs are done, or waiting for a better one has lasted long enough."""
        patience = training.early_stopping
        waited = self.epochs - self.best_epoch
        return self.epochs >= training.epochs or (patience is not None and self.epochs > 0 and waited >= patience)


def refuse_nan(row: Row, training: Training) -> None:
    """End a training that cannot recover."""
    for name in ("loss", "val_loss"):
        if not math.isfinite(row[name]):
            raise InputError(
                f"training: {name} is not a number in epoch {row['epoch']:.0f}; "
                f"lower training.learning_rate (now {training.learning_rate:g}) or look for broken images and truth"
            )
