"""Every data set, recipe and device profile, by being listed."""

import os
from pathlib import Path

import numpy as np
import pytest

from edgecv import datasets
from edgecv.datasets import DATASETS
from edgecv.documents import load_device, load_recipe, names
from edgecv.ondevice.engines import ENGINES
from edgecv.ondevice.images import open_image
from edgecv.ondevice.tasks import TASKS
from edgecv.pipeline.check import check_recipe
from edgecv.records.recipe import Task
from edgecv.records.samples import VOID, Boxes, Label, Mask, Values
from edgecv.targets import TARGETS
from tests.datasets.trees import example

SPLITS = [(name, task, split) for name, module in DATASETS.items() for task in module.TASKS for split in module.SPLITS]


@pytest.mark.parametrize(("name", "task", "split"), SPLITS, ids=lambda each: each)
def test_a_data_set_keeps_its_promises(name: str, task: Task, split: str, tmp_path: Path) -> None:
    data = example(name, tmp_path)
    samples = datasets.load(data, task, split)
    again = datasets.load(data, task, split)
    assert len(samples) > 0
    assert samples.digest == again.digest
    assert len(set(samples.names)) == len(samples)
    for index in (0, len(samples) - 1):
        image = open_image(samples.image(index))
        assert image.dtype == np.uint8
        assert image.shape[2] == 3
        assert np.array_equal(image, open_image(again.image(index)))
        truth = samples.truth(index)
        height, width = image.shape[:2]
        if isinstance(truth, Label):
            assert 0 <= truth.index < len(samples.labels)
        elif isinstance(truth, Boxes):
            x0, y0, x1, y1 = truth.boxes.T
            assert ((x0 >= 0) & (x0 < x1) & (x1 <= width) & (y0 >= 0) & (y0 < y1) & (y1 <= height)).all()
            assert ((truth.indices >= 0) & (truth.indices < len(samples.labels))).all()
        elif isinstance(truth, Values):
            assert truth.numbers.shape == (len(samples.labels),)
            assert np.isfinite(truth.numbers).all()
        else:
            assert isinstance(truth, Mask)
            assert truth.pixels.shape == (height, width)
            assert set(np.unique(truth.pixels)) <= {*range(len(samples.labels)), VOID}


@pytest.mark.parametrize("name", DATASETS)
def test_the_splits_of_a_data_set_share_no_image(name: str, tmp_path: Path) -> None:
    module, data = DATASETS[name], example(name, tmp_path)
    seen: set[bytes] = set()
    for split in module.SPLITS:
        samples = datasets.load(data, module.TASKS[0], split)
        images = {open_image(samples.image(index)).tobytes() for index in range(min(40, len(samples)))}
        assert not images & seen
        seen |= images


@pytest.mark.parametrize("name", names("recipes"))
def test_a_recipe_can_be_run(name: str) -> None:
    recipe = load_recipe(name, expand=False).record
    assert recipe.summary
    if recipe.data.path and not Path(os.path.expandvars(recipe.data.path)).is_dir():
        pytest.skip(f"the data of '{name}' is no part of the project, and is not here: {recipe.data.path}")
    check_recipe(load_recipe(name))


@pytest.mark.parametrize("name", names("devices"))
def test_a_device_profile_names_what_exists(name: str) -> None:
    profile = load_device(name).record
    assert profile.sources
    for target, runtime in profile.runtimes.items():
        assert target in TARGETS
        assert runtime.precisions


def test_every_target_has_its_half_on_the_device() -> None:
    assert set(TARGETS) == set(ENGINES)


def test_every_task_can_be_trained_converted_and_scored() -> None:
    from edgecv.models import MODELS
    from edgecv.records.recipe import METRICS_OF

    assert {module.TASK for module in MODELS.values()} == set(TASKS) == set(METRICS_OF)
