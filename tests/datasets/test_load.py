"""The door to every format: what a recipe gets wrong is said in its own words."""

from typing import Any

import numpy as np
import pytest

from edgecv.datasets import DATASETS, load
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Boxes, Label, Truth

MISTAKES: dict[str, tuple[Data, Task, str, str]] = {
    "a format's name": (Data("shpaes"), "detection", "train", "did you mean 'shapes'?"),
    "a task it lacks": (Data("digits"), "detection", "train", "'digits' serves classification, not detection"),
    "a split's name": (Data("shapes"), "detection", "tset", "did you mean 'test'?"),
    "an empty split": (
        Data("shapes", options={"val": 0}),
        "detection",
        "val",
        "the split 'val' of 'shapes' has no images",
    ),
    "an option's name": (Data("shapes", options={"trian": 5}), "detection", "train", "did you mean 'train'?"),
    "an option of none": (Data("digits", options={"seed": 5}), "classification", "train", "it has none"),
    "a path for nothing": (Data("shapes", path="here"), "detection", "train", "data.path: 'shapes' reads no files"),
    "a word for a count": (Data("shapes", options={"test": "all"}), "detection", "test", "got 'all'"),
    "yes for a count": (
        Data("shapes", options={"seed": True}),
        "detection",
        "test",
        "data.seed: expected a whole number",
    ),
    "a size of one side": (Data("shapes", options={"size": [128]}), "detection", "test", "expected [height, width]"),
    "a size too small": (Data("shapes", options={"size": [16, 64]}), "detection", "test", "at least 32 pixels"),
}


@pytest.mark.parametrize(("data", "task", "split", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_before_any_image_is_read(data: Data, task: Task, split: str, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(data, task, split)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "task", "split"),
    [(name, task, split) for name, module in DATASETS.items() for task in module.TASKS for split in module.SPLITS],
)
def test_every_format_keeps_the_form_of_samples(name: str, task: Task, split: str) -> None:
    samples = load(Data(name), task, split)
    assert len(set(samples.names)) == len(samples) > 0
    for index in (0, len(samples) - 1):
        image: Any = samples.image(index)
        assert image.dtype == "uint8"
        assert image.ndim == 3
        assert image.shape[2] == 3
        named = np.array(indices(samples.truth(index)))
        assert (named >= 0).all()
        assert (named < len(samples.labels)).all()


def indices(truth: Truth) -> Any:
    if isinstance(truth, Label):
        return truth.index
    return truth.indices if isinstance(truth, Boxes) else truth.pixels
