import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.records.recipe import Training
from edgecv.training.progress import Progress, refuse_nan


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


@pytest.mark.parametrize("name", ["loss", "val_loss"])
def test_a_loss_that_is_not_a_number_names_the_epoch_and_the_cure(name: str) -> None:
    row = {"epoch": 3, "loss": 1.0, "val_loss": 1.0, name: float("nan")}
    with pytest.raises(InputError, match=f"training: {name} is not a number in epoch 3; lower training.learning_rate"):
        refuse_nan(row, Training(learning_rate=0.5))
