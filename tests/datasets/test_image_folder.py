"""A folder for each class: the folder's name is the label."""

from pathlib import Path
from typing import Any

import pytest

from edgecv.datasets import load
from edgecv.errors import InputError
from edgecv.records.recipe import Data
from edgecv.records.samples import Label, Samples
from tests.datasets.trees import image_folder, picture


@pytest.fixture
def data(tmp_path: Path) -> Data:
    return image_folder(tmp_path)


def opened(data: Data, split: str = "train", **options: Any) -> Samples:
    return load(Data("image_folder", data.path, options), "classification", split)


def folder(data: Data) -> Path:
    assert data.path
    return Path(data.path)


def test_the_folder_of_an_image_is_its_label(data: Data) -> None:
    samples = opened(data)
    assert samples.labels == ("cat", "dog")
    assert samples.names == tuple(f"{label}/train_{label}_{number}" for label in samples.labels for number in (0, 1))
    assert [samples.truth(index) for index in range(4)] == [Label(0), Label(0), Label(1), Label(1)]


def test_a_class_without_test_images_keeps_its_index(data: Data) -> None:
    for path in (folder(data) / "test/cat").iterdir():
        path.unlink()
    (folder(data) / "test/cat").rmdir()
    samples = opened(data, "test")
    assert samples.labels == ("cat", "dog")
    assert samples.truth(0) == Label(1)


def test_a_class_that_training_lacks_is_named(data: Data) -> None:
    picture(folder(data) / "val/dgo/one.png")
    with pytest.raises(InputError, match=r"val/dgo: label: expected one of cat, dog, got 'dgo'; did you mean 'dog'?"):
        opened(data, "val")


def test_what_is_no_image_is_no_sample(data: Data) -> None:
    (folder(data) / "train/cat/Thumbs.db").write_bytes(b"")
    (folder(data) / "train/cat/._train_cat_0.png").write_bytes(b"")
    (folder(data) / "train/.cache").mkdir()
    assert len(opened(data)) == 4


def test_images_that_differ_in_their_suffix_alone_are_refused(data: Data) -> None:
    picture(folder(data) / "train/cat/train_cat_0.bmp")
    with pytest.raises(InputError, match=r"train_cat_0.png: train_cat_0.bmp has the same name"):
        opened(data)


def test_a_folder_without_classes_is_refused(data: Data) -> None:
    (folder(data) / "flat").mkdir()
    with pytest.raises(InputError, match=r"flat: expected a folder of images for each class, found none"):
        opened(data, train="flat")


def test_equal_digests_mean_equal_data(data: Data) -> None:
    before = opened(data).digest
    assert opened(data).digest == before
    path = folder(data) / "train/cat/train_cat_1.png"
    path.rename(folder(data) / "train/dog/train_cat_1.png")
    assert opened(data).digest != before
