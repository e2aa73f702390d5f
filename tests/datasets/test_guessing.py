"""A format is known by its files, or asked for."""

from pathlib import Path

import pytest

from edgecv.datasets import DATASETS
from edgecv.datasets.guessing import guess
from edgecv.errors import InputError
from tests.datasets import trees
from tests.datasets.trees import TREES


@pytest.mark.parametrize("name", TREES)
def test_a_format_is_known_by_its_files(name: str, tmp_path: Path) -> None:
    TREES[name](tmp_path)
    found = guess(tmp_path)
    assert found.format == name
    assert found.task in DATASETS[name].TASKS
    assert found.why


def test_the_layout_of_exported_yolo_is_no_folder_of_classes(tmp_path: Path) -> None:
    for kind in ("images", "labels"):
        (tmp_path / "train" / kind).mkdir(parents=True)
    trees.picture(tmp_path / "train/images/one.png")
    assert guess(tmp_path).format == "yolo"


def test_the_columns_of_a_table_tell_its_task(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,class_index,class_name\na.jpg,0,tench\n")
    assert guess(tmp_path)[:2] == ("csv", "classification")
    (tmp_path / "labels.csv").write_text("filename,class,xmin,ymin,xmax,ymax\n")
    assert guess(tmp_path)[:2] == ("csv", "detection")
    (tmp_path / "labels.csv").write_text("image,split,yaw,pitch\n")
    assert guess(tmp_path)[:2] == ("csv", "regression")


def test_what_fits_two_formats_is_asked_for(tmp_path: Path) -> None:
    trees.voc(tmp_path)
    trees.coco(tmp_path)
    with pytest.raises(InputError) as refusal:
        guess(tmp_path)
    assert "could be 'voc' (Annotations/ and ImageSets/Main/ are there) or 'coco' (" in str(refusal.value)
    assert str(refusal.value).endswith("say which it is: --format voc")
    assert guess(tmp_path, "coco").format == "coco"


def test_a_task_decides_between_two(tmp_path: Path) -> None:
    trees.voc(tmp_path)
    trees.masks(tmp_path)
    assert guess(tmp_path, task="segmentation").format == "masks"


def test_what_fits_none_is_answered_with_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"look like none of image_folder, .*; say which it is: --format NAME"):
        guess(tmp_path)
    with pytest.raises(InputError, match="did you mean 'yolo'"):
        guess(tmp_path, "yollo")


def test_classes_that_nobody_has_split_are_answered_with_a_recipe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--format NAME; the folder is empty$"):
        guess(tmp_path)
    trees.picture(tmp_path / "roses/one.png")
    with pytest.raises(
        InputError, match=r"format: image_folder, path: .*, train: \., val_share: 0.1, test_share: 0.1}$"
    ):
        guess(tmp_path)
