import numpy as np

from edgecv.records.recipe import Training
from edgecv.training.progress import Judged, Progress, Tally


def after(*val_losses: float) -> Progress:
    progress = Progress()
    for epoch, val_loss in enumerate(val_losses, start=1):
        progress.add({"epoch": epoch, "val_loss": val_loss}, [np.array(epoch)])
    return progress


def test_the_best_epoch_is_the_first_with_the_lowest_validation_loss() -> None:
    progress = after(3.0, 1.0, 2.0, 1.0)
    assert progress.best_epoch == 2
    assert progress.best_weights == [np.array(2)]


def test_training_stops_when_waiting_was_in_vain() -> None:
    patient, hasty = Training(epochs=9, early_stopping=3), Training(epochs=9, early_stopping=2)
    assert after(3.0, 1.0, 2.0, 2.0).finished(hasty)
    assert not after(3.0, 1.0, 2.0, 2.0).finished(patient)
    assert not after(3.0, 1.0, 2.0, 0.5).finished(hasty)


def test_without_early_stopping_all_epochs_are_trained() -> None:
    assert not after(1.0, 2.0, 3.0).finished(Training(epochs=4))
    assert after(1.0, 2.0, 3.0, 4.0).finished(Training(epochs=4))
    assert not Progress().finished(Training(epochs=4, early_stopping=1))


def test_a_loss_is_averaged_over_pictures_and_a_figure_over_what_counts() -> None:
    tally = Tally()
    tally.add(Judged(pictures=3, loss=1.0, figure=1.0, weight=2.0), seconds=0.5)
    tally.add(Judged(pictures=1, loss=5.0, figure=1.0, weight=6.0), seconds=0.5)
    assert (tally.loss, tally.figure, tally.seconds, tally.steps) == (2.0, 0.25, 1.0, 2)


def test_a_figure_of_nothing_is_zero() -> None:
    tally = Tally()
    tally.add(Judged(pictures=3, loss=1.0, figure=0.0, weight=0.0), seconds=0.5)
    assert tally.figure == 0


def test_an_epoch_begins_with_empty_sums() -> None:
    progress = Progress(under_way=Tally(steps=3, pictures=3))
    progress.add({"epoch": 1, "val_loss": 1.0}, [])
    assert progress.under_way == Tally()
