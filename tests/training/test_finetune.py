"""Two phases: what came filled stands still at first, learns afterwards, and a killed training does not mix them up."""

import csv
import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.models import MODELS
from edgecv.records.recipe import Recipe, Training
from edgecv.training import finetune
from edgecv.training.optimizer import optimizer_of
from edgecv.training.train import train
from tests.training.recipes import recipe

# Keras reads its variables through numpy's protocol of old while it saves a network.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

CLASSES = 11  # of the network whose weights are taken: not those of the recipe
FILLED = ("stem", "stem_norm", "stage1_1", "stage1_1_norm", "stage1_2", "stage1_2_norm")


def classifier(classes: int) -> Any:
    asked = recipe("classification")
    return MODELS[asked.model.name].network(asked.preprocess.size, 3, classes, **asked.model.options)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    keras.utils.set_random_seed(5)
    path = tmp_path_factory.mktemp("weights") / "network.keras"
    classifier(CLASSES).save(path)
    return path


def fine_tuning(file: Path, **training: Any) -> Recipe:
    asked = recipe("classification", **training)
    return dataclasses.replace(asked, model=dataclasses.replace(asked.model, weights=str(file)))


def trained(asked: Recipe, folder: Path, *, resume: bool = False) -> Any:
    train(asked, folder / "out", checkpoint=folder / "checkpoint", resume=resume)
    return keras.models.load_model(folder / "out" / "network.keras")


def losses(folder: Path) -> list[tuple[str, str]]:
    with (folder / "out" / "history.csv").open() as rows:
        return [(row["loss"], row["val_loss"]) for row in csv.DictReader(rows)]


def moved(network: Any, file: Path) -> dict[str, bool]:
    """For every weight of the filled layers: whether it is still what it was in the file."""
    before = keras.models.load_model(file)
    return {
        weight.path: not np.array_equal(weight, was)
        for name in FILLED
        for weight, was in zip(network.get_layer(name).weights, before.get_layer(name).weights, strict=True)
    }


@pytest.fixture(scope="module")
def two_phases(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two_phases")
    trained(fine_tuning(file, epochs=3, freeze_epochs=1), folder)
    return folder


def test_frozen_layers_and_their_statistics_stay_what_they_were(file: Path, tmp_path: Path) -> None:
    network = trained(fine_tuning(file, epochs=2, freeze_epochs=2), tmp_path)
    assert not any(moved(network, file).values())
    first, second = losses(tmp_path)
    assert first != second  # the head has learnt
    assert all(layer.trainable for layer in network.layers)


def test_afterwards_everything_learns(file: Path, two_phases: Path) -> None:
    network = keras.models.load_model(two_phases / "out" / "network.keras")
    still = [path for path, has_moved in moved(network, file).items() if not has_moved]
    assert still == []


def test_what_is_frozen_for_good_stays_while_the_rest_learns(file: Path, tmp_path: Path) -> None:
    network = trained(fine_tuning(file, epochs=2, freeze_epochs=1, frozen=("stem", "stage1_1")), tmp_path)
    still = {path.partition("/")[0] for path, has_moved in moved(network, file).items() if not has_moved}
    assert still == {"stem", "stem_norm", "stage1_1", "stage1_1_norm"}
    assert all(layer.trainable for layer in network.layers)


def test_a_word_that_no_filled_layer_begins_with_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"training\.frozen: .*got 'stege1'"):
        trained(fine_tuning(file, epochs=1, frozen=("stege1",)), tmp_path)


@pytest.mark.parametrize("stop_after", [1, 2], ids=["at the switch", "after it"])
def test_a_training_stopped_around_the_switch_goes_on_to_the_same_losses(
    stop_after: int, file: Path, two_phases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(said: str) -> None:
        if said.startswith(f"epoch {stop_after}/"):
            raise KeyboardInterrupt

    asked = fine_tuning(file, epochs=3, freeze_epochs=1)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("edgecv.ondevice.child.progress", stop)
        trained(asked, tmp_path)
    trained(asked, tmp_path, resume=True)
    assert losses(tmp_path) == losses(two_phases)


def one_step(network: Any, training: Training, pretrained: tuple[str, ...]) -> dict[str, np.ndarray]:
    """How far each variable goes in its first step, with the same gradient for all."""
    optimizer = optimizer_of(network, training, pretrained)
    before = {each.path: each.numpy() for each in network.trainable_variables}
    gradients = [keras.ops.full(each.shape, 0.1) for each in network.trainable_variables]
    optimizer.apply(gradients, network.trainable_variables)
    return {each.path: each.numpy() - before[each.path] for each in network.trainable_variables}


@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
def test_filled_layers_learn_at_their_share_of_the_rate(weight_decay: float) -> None:
    def steps(**training: Any) -> dict[str, np.ndarray]:
        keras.utils.set_random_seed(0)
        return one_step(classifier(3), Training(weight_decay=weight_decay, **training), ("stem", "stage1_1"))

    usual, shared = steps(learning_rate=0.01), steps(learning_rate=0.01, pretrained_rate=0.1)
    tenth = steps(learning_rate=0.001)
    for path, step in shared.items():
        expected = tenth if path.startswith(("stem/", "stage1_1/")) else usual
        np.testing.assert_allclose(step, expected[path], rtol=1e-4, atol=1e-8, err_msg=path)
    assert np.abs(shared["stem/kernel"]).max() < 0.2 * np.abs(shared["logits/kernel"]).max()


def test_a_training_that_resumes_within_an_epoch_does_not_begin_the_phase_again() -> None:
    network = classifier(3)
    training = Training(freeze_epochs=2)
    optimizer = optimizer_of(network, training, FILLED)
    assert finetune.begin_epoch(network, optimizer, training, FILLED, epoch=0)
    assert not finetune.begin_epoch(network, optimizer, training, FILLED, epoch=1)
    optimizer.iterations.assign(7)
    assert finetune.begin_epoch(network, optimizer, training, FILLED, epoch=2, done=3)
    assert int(optimizer.iterations) == 7
    finetune.begin_epoch(network, optimizer, training, FILLED, epoch=2)
    assert int(optimizer.iterations) == 0
    assert float(optimizer.learning_rate) == np.float32(training.learning_rate)
