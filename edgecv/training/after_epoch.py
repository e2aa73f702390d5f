"""What happens between two epochs: validation, a row of history, a checkpoint, a word to the user, the end."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import keras

from edgecv.ondevice import child
from edgecv.records.recipe import Training
from edgecv.training.progress import Progress, Row, refuse_nan


class AfterEpoch(keras.callbacks.Callback):
    """Keeps the progress of a learner: `validate` gives loss and figure, `keep` writes the checkpoint."""

    def __init__(
        self,
        progress: Progress,
        training: Training,
        validate: Callable[[], Mapping[str, float]],
        keep: Callable[[], None],
    ) -> None:
        super().__init__()
        self.progress, self.training, self.validate, self.keep = progress, training, validate, keep
        self.resumed_at = progress.epochs
        self.started = self.epoch_started = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 Keras calls by these names
        self.epoch_started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        figure = self.model.objective.FIGURE
        learnt, validated = logs or {}, self.validate()
        row = {
            "epoch": epoch + 1,
            "learning_rate": float(self.model.optimizer.learning_rate),
            "loss": float(learnt["loss"]),
            "val_loss": float(validated["loss"]),
            figure: float(learnt[figure]),
            f"val_{figure}": float(validated[figure]),
            "seconds": round(time.monotonic() - self.epoch_started, 3),
        }
        refuse_nan(row, self.training)
        self.progress.add(row, self.model.network.get_weights())
        self.keep()
        child.progress(self._sentence(row))
        if self.progress.finished(self.training):
            self.model.stop_training = True

    def _sentence(self, row: Row) -> str:
        epochs, figure = self.training.epochs, self.model.objective.FIGURE
        epoch_s = (time.monotonic() - self.started) / (self.progress.epochs - self.resumed_at)
        return (
            f"epoch {self.progress.epochs}/{epochs}: loss {row['loss']:.3f}, val_loss {row['val_loss']:.3f}, "
            f"val_{figure} {row[f'val_{figure}']:.3f}, {(epochs - self.progress.epochs) * epoch_s:.0f} s left"
        )
