"""Which files serve which split, where the published data lacks one."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from edgecv.datasets import DATASETS, load
from edgecv.datasets.guessing import guess
from edgecv.errors import InputError
from edgecv.records.recipe import Data
from edgecv.records.samples import Samples
from tests.datasets.trees import TREES, image_folder, picture


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("splits")
    for number in range(18):
        picture(folder / f"train/{'cat' if number % 3 else 'dog'}/more_{number:02d}.png")
    return image_folder(folder)


def opened(data: Data, split: str, **options: Any) -> Samples:
    return load(Data(data.format, data.path, options), "classification", split)


def test_a_share_for_validation_leaves_the_rest_for_training(data: Data) -> None:
    everything = opened(data, "train").names
    train, val = (opened(data, split, val_share=0.25).names for split in ("train", "val"))
    assert len(val) == len(everything) // 4
    assert sorted(train + val) == sorted(everything)


def test_a_share_is_spread_over_all_of_training(data: Data) -> None:
    assert len({name.split("/")[0] for name in opened(data, "val", val_share=0.25).names}) == 2


def test_validation_can_stand_in_for_a_test_and_says_so(data: Data) -> None:
    stand_in = opened(data, "test", test="val")
    assert stand_in.names == opened(data, "val").names
    assert stand_in.notes == ("validation stands in for the test split, and has chosen the network's best epoch",)


def test_a_stand_in_that_chose_no_epoch_is_a_test_like_any(data: Data) -> None:
    assert opened(data, "test", test="val", val_share=0.25).notes == ()
    assert opened(data, "test").notes == ()


def test_a_share_for_the_test_is_neither_training_nor_validation(data: Data) -> None:
    everything = opened(data, "train").names
    shares = {"val_share": 0.25, "test_share": 0.25}
    train, val, test = (opened(data, split, **shares) for split in ("train", "val", "test"))
    assert len(test.names) == len(everything) // 4
    assert sorted((*train.names, *val.names, *test.names)) == sorted(everything)
    assert test.notes == ()
    assert opened(data, "val", test_share=0.25).names == opened(data, "val").names


def test_classes_that_nobody_has_split_are_taken_whole(tmp_path: Path) -> None:
    for number in range(20):
        picture(tmp_path / f"{'cat' if number % 2 else 'dog'}/{number:02d}.png")
    unsplit = Data("image_folder", str(tmp_path), {"train": ".", "val_share": 0.2, "test_share": 0.2})
    counts = [len(opened(unsplit, split, **unsplit.options).names) for split in ("train", "val", "test")]
    assert counts == [12, 4, 4]
    assert opened(unsplit, "train", **unsplit.options).labels == ("cat", "dog")


@pytest.mark.parametrize(
    ("name", "kinds"), [("masks", ("images", "masks")), ("yolo", ("images", "labels"))], ids=["masks", "yolo"]
)
def test_pairs_that_nobody_has_split_are_taken_whole(name: str, kinds: tuple[str, str], tmp_path: Path) -> None:
    split = TREES[name](tmp_path)
    for path in [each for kind in kinds for each in (tmp_path / kind).glob("*/*")]:
        path.rename(path.parents[1] / path.name)
    unsplit = Data(name, str(tmp_path), {**split.options, "train": ".", "val_share": 0.34, "test_share": 0.34})
    task = DATASETS[name].TASKS[0]
    parts = [load(unsplit, task, each).names for each in ("train", "val", "test")]
    assert sorted(name for part in parts for name in part) == [f"{each}_{i}" for each in SORTED for i in range(2)]
    assert all(parts)


def test_annotations_of_labelling_tools_are_taken_whole(tmp_path: Path) -> None:
    TREES["voc"](tmp_path)
    shutil.rmtree(tmp_path / "ImageSets")
    assert guess(tmp_path).format == "voc"
    with pytest.raises(InputError, match=r"or train: \. takes all annotations, and val_share"):
        load(Data("voc", str(tmp_path)), "detection", "train")
    unsplit = Data("voc", str(tmp_path), {"train": ".", "val_share": 0.34, "test_share": 0.34})
    parts = [load(unsplit, "detection", each) for each in ("train", "val", "test")]
    assert sorted(name for part in parts for name in part.names) == [f"{each}_{i}" for each in SORTED for i in range(2)]
    assert len({part.labels for part in parts}) == 1


SORTED = ("test", "train", "val")
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "validation twice": ({"val_share": 0.1, "val": "val"}, "data.val_share: validation is either a share of training"),
    "validation on training": ({"val": "train"}, "data.val: the images of training; .*val_share"),
    "a test on training": ({"test": "train"}, "data.test: the images of training"),
    "all of it": ({"val_share": 1.0}, "data.val_share: expected a fraction between 0 and 1, got '1.0'"),
    "a test twice": ({"test_share": 0.1, "test": "val"}, "data.test_share: the test is either a share of training"),
    "more than there is": ({"test_share": 0.6, "val_share": 0.4}, "data.val_share: expected less than the 0.4 that"),
    "a share in percent": ({"val_share": 10}, "data.val_share: expected a fraction between 0 and 1, got '10'"),
    "a place elsewhere": ({"test": "../test"}, "data.test: expected one name, without a folder, got '../test'"),
    "a number": ({"test": 3}, "data.test: expected one name"),
}


@pytest.mark.parametrize(("options", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(data: Data, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        opened(data, "val", **options)
