"""The digits of scikit-learn, split once and for all."""

import sys

import numpy as np
import pytest

from edgecv.datasets import digits, load
from edgecv.errors import Unavailable
from edgecv.records.recipe import Data
from edgecv.records.samples import Label, Samples


@pytest.fixture(scope="module")
def splits() -> dict[str, Samples]:
    return {split: load(Data("digits"), "classification", split) for split in digits.SPLITS}


def classes(samples: Samples) -> np.ndarray:
    truths = [samples.truth(index) for index in range(len(samples))]
    return np.array([truth.index for truth in truths if isinstance(truth, Label)])


def test_the_splits_share_no_image_and_lose_none(splits: dict[str, Samples]) -> None:
    numbers = [name.split("-")[1] for samples in splits.values() for name in samples.names]
    assert len(numbers) == len(set(numbers)) == 1797


def test_every_split_has_its_share_of_every_class(splits: dict[str, Samples]) -> None:
    for split, share in (("train", 0.6), ("val", 0.2), ("test", 0.2)):
        counts = np.bincount(classes(splits[split]), minlength=10)
        assert np.abs(counts - share * 1797 / 10).max() < 5


def test_pixels_use_the_whole_range(splits: dict[str, Samples]) -> None:
    image = np.asarray(splits["test"].image(0))
    assert image.shape == (8, 8, 3)
    assert image.max() == 255
    assert (image == image[..., :1]).all()


def test_without_scikit_learn_the_command_to_type_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(Unavailable, match=r"pip install 'edgecv\[train\]'"):
        load(Data("digits"), "classification", "test")
