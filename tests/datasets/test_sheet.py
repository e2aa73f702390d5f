"""A contact sheet shows the truth where it is, names every image, and looks the same every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.datasets import load
from edgecv.datasets.sheet import contact_sheet
from edgecv.datasets.truth_drawing import draw_truth
from edgecv.ondevice.drawing import color_of
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import VOID, Boxes, Label, Mask, Samples
from tests.datasets import trees

LABELS = ("cat", "a label that is longer than its image is wide", "dog")


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture)


def blank(width: int = 200, height: int = 160) -> Image.Image:
    return Image.new("RGB", (width, height), (128, 128, 128))


def shapes(task: Task, count: int = 6) -> Samples:
    return load(Data("shapes", options={"train": count, "size": [48, 64]}), task, "train")


def test_a_box_has_its_label_s_colour_on_all_four_edges() -> None:
    picture = blank()
    draw_truth(picture, Boxes(np.array([[10, 20, 60, 70]], np.float32), np.array([2])), LABELS, 2)
    for y, x in ((40, 100), (139, 100), (100, 20), (100, 119)):
        assert tuple(pixels(picture)[y, x]) == color_of(2)
    assert (pixels(picture)[60:130, 40:110] == 128).all()


def test_no_name_of_a_box_hides_another() -> None:
    one, both = blank(), blank()
    box = [20, 60, 90, 120]
    draw_truth(one, Boxes(np.array([box], np.float32), np.array([0])), LABELS, 1)
    draw_truth(both, Boxes(np.array([box, box], np.float32), np.array([0, 2])), LABELS, 1)
    name = slice(44, 59), slice(20, 38)
    assert (pixels(one)[name] == pixels(both)[name]).all()
    assert (pixels(both) == color_of(2)).all(axis=-1).any()


def test_a_mask_shines_through() -> None:
    picture = blank()
    mask = np.zeros((80, 100), np.uint8)
    mask[:, 50:] = VOID
    draw_truth(picture, Mask(mask), LABELS, 2)
    np.testing.assert_allclose(pixels(picture)[80, 50], (np.array(color_of(0)) + 128) / 2, atol=1)
    np.testing.assert_allclose(pixels(picture)[80, 150], 64, atol=1)


def test_a_label_is_written_in_its_colour() -> None:
    picture = blank()
    draw_truth(picture, Label(1), LABELS, 1)
    assert (pixels(picture)[2:16] == color_of(1)).all(axis=-1).sum() > 500
    assert (pixels(picture)[20:] == 128).all()


@pytest.mark.parametrize("task", ["classification", "detection", "segmentation"])
def test_a_sheet_has_the_colours_of_every_label_in_its_legend(task: Task) -> None:
    samples = shapes(task)
    sheet = pixels(contact_sheet(samples, "shapes", 4, seed=0))
    legend = {tuple(color) for color in sheet[-60:].reshape(-1, 3).tolist()}
    assert {color_of(index) for index in range(len(samples.labels))} <= legend


def test_the_seed_and_nothing_else_chooses_the_images() -> None:
    samples = shapes("detection", 30)
    first, again, other = (pixels(contact_sheet(samples, "shapes", 4, seed)) for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_more_images_than_there_are_are_all_of_them() -> None:
    samples = shapes("classification")
    asked, all_of_them = (contact_sheet(samples, "shapes", count, 0) for count in (100, 6))
    assert (pixels(asked) == pixels(all_of_them)).all()


def test_an_image_that_cannot_be_read_has_a_cell_that_says_so(tmp_path: Path) -> None:
    data = trees.image_folder(tmp_path)
    samples = load(data, "classification", "train")
    whole = pixels(contact_sheet(samples, "", 4, 0))
    (tmp_path / "train/cat/train_cat_0.png").write_bytes(b"")
    broken = pixels(contact_sheet(samples, "", 4, 0))
    assert broken.shape == whole.shape
    changed = (broken != whole).any(axis=-1)
    assert 0.02 < changed.mean() < 0.25


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (600, 40), (40, 900)], ids=str)
def test_any_shape_of_image_has_room(size: tuple[int, int]) -> None:
    samples = replace(shapes("classification", 3), image=lambda _index: np.zeros((*size, 3), np.uint8))
    sheet = contact_sheet(samples, "a title that is " + "very " * 60 + "long", 3, 0)
    assert max(sheet.size) < 3000
