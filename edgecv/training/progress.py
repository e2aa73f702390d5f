"""How far a training is: one row an epoch, the sums of the epoch under way, and the weights of the best epoch."""

from dataclasses import dataclass, field

import numpy as np

from edgecv.records.recipe import Training

Row = dict[str, float]


@dataclass(frozen=True)
class Judged:
    """One batch: its loss a picture, and the figure's sum over the things that count, with their weight."""

    pictures: int
    loss: float
    figure: float
    weight: float


@dataclass
class Tally:
    """The sums over the batches of an epoch so far."""

    steps: int = 0
    seconds: float = 0.0
    pictures: int = 0
    losses: float = 0.0
    figures: float = 0.0
    weight: float = 0.0

    def add(self, batch: Judged, seconds: float) -> None:
        """Take in one batch."""
        self.steps += 1
        self.seconds += seconds
        self.pictures += batch.pictures
        self.losses += batch.loss * batch.pictures
        self.figures += batch.figure
        self.weight += batch.weight

    @property
    def loss(self) -> float:
        return self.losses / self.pictures

    @property
    def figure(self) -> float:
        return self.figures / self.weight if self.weight else 0.0  # no picture of the split may hold an object


@dataclass
class Progress:
    """What the steps so far have left behind. The best epoch is the one with the lowest validation loss."""

    history: list[Row] = field(default_factory=list)
    best_epoch: int = 0  # counted from 1
    best_weights: list[np.ndarray] = field(default_factory=list)
    under_way: Tally = field(default_factory=Tally)

    @property
    def epochs(self) -> int:
        return len(self.history)

    def add(self, row: Row, weights: list[np.ndarray]) -> None:
        """Take in the row and the weights of the epoch that has just ended."""
        self.history.append(row)
        self.under_way = Tally()
        if not self.best_epoch or row["val_loss"] < self.history[self.best_epoch - 1]["val_loss"]:
            self.best_epoch, self.best_weights = self.epochs, weights

    def finished(self, training: Training) -> bool:
        """Whether all epochs are done, or waiting for a better one has lasted long enough."""
        patience = training.early_stopping
        waited = self.epochs - self.best_epoch
        return self.epochs >= training.epochs or (patience is not None and self.epochs > 0 and waited >= patience)
