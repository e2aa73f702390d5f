"""The door to every format: what a recipe gets wrong is said in its own words.

That each format keeps its promises is a matter of the conformance tests, which list them.
"""

import pytest

from edgecv.datasets import load
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task

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
    "no path for files": (Data("voc"), "detection", "train", "data.path: missing, expected the folder of the 'voc'"),
    "a path to nothing": (
        Data("masks", path="nowhere"),
        "segmentation",
        "train",
        "data.path: expected a folder, got 'nowhere'",
    ),
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
