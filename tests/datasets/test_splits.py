"""Which files serve which split, where the published data lacks one."""

from typing import Any

import pytest

from edgecv.datasets import load
from edgecv.errors import InputError
from edgecv.records.recipe import Data
from edgecv.records.samples import Samples
from tests.datasets.trees import image_folder, picture


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


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "validation twice": ({"val_share": 0.1, "val": "val"}, "data.val_share: validation is either a share of training"),
    "validation on training": ({"val": "train"}, "data.val: the images of training; .*val_share"),
    "a test on training": ({"test": "train"}, "data.test: the images of training"),
    "all of it": ({"val_share": 1.0}, "data.val_share: expected a fraction between 0 and 1, got '1.0'"),
    "a share in percent": ({"val_share": 10}, "data.val_share: expected a fraction between 0 and 1, got '10'"),
    "a place elsewhere": ({"test": "../test"}, "data.test: expected one name, without a folder, got '../test'"),
    "a number": ({"test": 3}, "data.test: expected one name"),
}


@pytest.mark.parametrize(("options", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(data: Data, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        opened(data, "val", **options)
