"""Whole trainings of a few steps, in this process and in the child that the pipeline starts."""

import csv
import dataclasses
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from edgecv import datasets
from edgecv.errors import InputError
from edgecv.models.reading import postprocess_of
from edgecv.ondevice import predictions
from edgecv.records.files import write_json
from edgecv.records.recipe import Recipe, Task
from edgecv.training.checkpoint import FILE
from edgecv.training.digest import network_digest
from edgecv.training.predict import predict_file
from edgecv.training.train import train
from tests.training.recipes import EPOCHS, recipe

# Keras reads its variables through numpy's protocol of old while it saves a network.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

TASKS: tuple[Task, ...] = ("classification", "detection", "segmentation", "regression")


def trained(recipe: Recipe, folder: Path, *, resume: bool = False) -> str:
    """Train in this process; the digest says bit for bit what came out."""
    train(recipe, folder / "out", checkpoint=folder / "checkpoint", resume=resume)
    return digest_in(folder)


def digest_in(folder: Path) -> str:
    digest: str = json.loads((folder / "out" / "training.json").read_bytes())["network_digest"]
    return digest


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[Task, Path]:
    """One training of each task."""
    folders = {task: tmp_path_factory.mktemp(task) for task in TASKS}
    for task, folder in folders.items():
        trained(recipe(task), folder)
    return folders


@pytest.mark.parametrize("task", TASKS)
def test_training_leaves_what_the_later_stages_read(runs: dict[Task, Path], task: Task) -> None:
    out = runs[task] / "out"
    facts = json.loads((out / "training.json").read_bytes())
    samples = datasets.load(recipe(task).data, task, "test")
    network = keras.models.load_model(out / "network.keras")

    assert facts["labels"] == list(samples.labels)
    assert facts["network_digest"] == network_digest(network)
    assert facts["epochs"] == EPOCHS
    assert 1 <= facts["best_epoch"] <= EPOCHS
    assert isinstance(facts["notes"], list)
    assert {"keras", "numpy"} < set(facts["tools"])
    assert len(predictions.read(out / "test.predictions.npz")) == len(samples)
    with Image.open(out / "curves.png") as picture:
        assert picture.width > 600


@pytest.mark.parametrize("task", TASKS)
def test_saved_predictions_are_those_of_the_saved_network(runs: dict[Task, Path], task: Task, tmp_path: Path) -> None:
    out, again = runs[task] / "out", tmp_path / "again.npz"
    asked = recipe(task)
    samples = datasets.load(asked.data, task, "test")
    postprocess = postprocess_of(asked.model, task, datasets.load(asked.data, task, "train"))
    predict_file(out / "network.keras", (), samples, task, asked.preprocess, postprocess, again)
    for saved, new in zip(predictions.read(out / "test.predictions.npz"), predictions.read(again), strict=True):
        for before, after in zip(saved, new, strict=True):
            np.testing.assert_array_equal(before, after)


def test_history_has_a_row_an_epoch(runs: dict[Task, Path]) -> None:
    with (runs["detection"] / "out" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {"loss", "val_loss", "box_iou", "val_box_iou", "seconds"} < set(rows[0])


def test_a_training_repeats_bit_for_bit(runs: dict[Task, Path], tmp_path: Path) -> None:
    assert trained(recipe("segmentation"), tmp_path) == digest_in(runs["segmentation"])


def test_a_training_killed_between_two_epochs_goes_on_to_the_same_weights(
    runs: dict[Task, Path], tmp_path: Path
) -> None:
    kill_after_first_checkpoint(recipe("classification"), tmp_path)
    assert not (tmp_path / "out").exists()
    assert trained(recipe("classification"), tmp_path, resume=True) == digest_in(runs["classification"])


def kill_after_first_checkpoint(asked: Recipe, folder: Path) -> None:
    plain = {"recipe": dataclasses.asdict(asked), "checkpoint": str(folder / "checkpoint"), "resume": True}
    request = write_json(folder / "request.json", plain)
    child = subprocess.Popen(
        [sys.executable, "-m", "edgecv.training", "train", str(request), str(folder / "out")], stdout=subprocess.DEVNULL
    )
    try:
        while child.poll() is None and not (folder / "checkpoint" / FILE).exists():
            time.sleep(0.005)
    finally:
        child.kill()
    assert child.wait() == -signal.SIGKILL


def test_a_finished_training_is_not_trained_again(runs: dict[Task, Path]) -> None:
    folder = runs["classification"]
    before = (folder / "checkpoint" / FILE).stat().st_mtime_ns
    digest = digest_in(folder)
    assert trained(recipe("classification"), folder, resume=True) == digest
    assert (folder / "checkpoint" / FILE).stat().st_mtime_ns == before


def test_a_checkpoint_of_another_training_is_refused(runs: dict[Task, Path]) -> None:
    with pytest.raises(InputError, match="belongs to another training"):
        trained(recipe("classification", seed=1), runs["classification"], resume=True)


def test_a_loss_that_is_not_a_number_ends_with_its_step_and_a_cure(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"loss is not a number in step 2 of epoch 1; lower training.learning_rate \(now 1e\+30\)"
    ):
        trained(recipe("classification", learning_rate=1e30), tmp_path)


def test_the_child_says_what_is_wrong_with_a_recipe_before_it_reads_any_data(tmp_path: Path) -> None:
    asked = dataclasses.replace(recipe("detection"), task="segmentation")
    plain = {"recipe": dataclasses.asdict(asked), "checkpoint": str(tmp_path / "checkpoint"), "resume": False}
    request = write_json(tmp_path / "request.json", plain)
    child = subprocess.run(
        [sys.executable, "-m", "edgecv.training", "train", str(request), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == InputError.exit_code
    assert "error: model.name: 'tiny_detector' is a detection model, but the task is segmentation" in child.stderr
    assert "progress:" not in child.stdout
