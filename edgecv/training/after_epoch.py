"""What happens between two epochs: validation, a row of history, a word to the user."""

import time
from collections.abc import Iterable

from edgecv.ondevice import child
from edgecv.records.recipe import Training
from edgecv.training.batches import Batch
from edgecv.training.learner import Learner
from edgecv.training.notes import refuse_nan_in_validation
from edgecv.training.progress import Progress, Row, Tally


def row_of(learner: Learner, unseen: Iterable[Batch], progress: Progress, training: Training) -> Row:
    """The row of history of an epoch whose last step is done."""
    figure, learnt, validated = learner.objective.FIGURE, progress.under_way, _validated(learner, unseen)
    refuse_nan_in_validation(validated.loss, progress.epochs, training)
    return {
        "epoch": progress.epochs + 1,
        "learning_rate": float(learner.optimizer.learning_rate),
        "loss": learnt.loss,
        "val_loss": validated.loss,
        figure: learnt.figure,
        f"val_{figure}": validated.figure,
        "seconds": round(learnt.seconds + validated.seconds, 3),
    }


def _validated(learner: Learner, unseen: Iterable[Batch]) -> Tally:
    learner.before_judging()
    tally, started = Tally(), time.monotonic()
    for batch in unseen:
        tally.add(learner.judge(batch), time.monotonic() - started)
        started = time.monotonic()
    return tally


def say_step(progress: Progress, steps: int, training: Training) -> None:
    """How far the epoch under way is."""
    done = progress.under_way
    child.progress(f"epoch {progress.epochs + 1} of {training.epochs}, step {done.steps}/{steps}: loss {done.loss:.3f}")


def say_how_far(progress: Progress, training: Training) -> None:
    """The last epoch in a sentence, and how long those to come may take."""
    row = progress.history[-1]
    figure = next(name for name in reversed(row) if name.startswith("val_"))
    left_s = (training.epochs - progress.epochs) * sum(each["seconds"] for each in progress.history) / progress.epochs
    child.progress(
        f"epoch {progress.epochs}/{training.epochs}: loss {row['loss']:.3f}, val_loss {row['val_loss']:.3f}, "
        f"{figure} {row[figure]:.3f}, {left_s:.0f} s left"
    )
