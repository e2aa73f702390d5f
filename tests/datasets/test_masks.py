"""Image and mask pairs: pixel values become labels or void, and a mask that cannot be right is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.datasets import load
from edgecv.errors import InputError
from edgecv.records.recipe import Data
from edgecv.records.samples import VOID, Mask, Samples
from tests.datasets.trees import SIZE, mask, masks


@pytest.fixture
def data(tmp_path: Path) -> Data:
    return masks(tmp_path)


def opened(data: Data, split: str = "train", **options: Any) -> Samples:
    return load(Data("masks", data.path, options), "segmentation", split)


def values(samples: Samples) -> list[int]:
    truth = samples.truth(0)
    assert isinstance(truth, Mask)
    assert truth.pixels.shape == SIZE
    assert truth.pixels.dtype == np.uint8
    return list(dict.fromkeys(truth.pixels[:, 0].tolist()))


def folder(data: Data) -> Path:
    assert data.path
    return Path(data.path)


def test_pixel_values_are_label_indices_and_255_is_void(data: Data) -> None:
    samples = opened(data)
    assert samples.labels == ("cat", "dog")
    assert values(samples) == [0, 1, VOID]


def test_the_value_of_void_is_no_label_and_those_behind_it_move_up(data: Data) -> None:
    (folder(data) / "classes.txt").write_text("cat\nvoid\ndog\n")
    mask(folder(data) / "masks/train/train_0.png", (0, 1, 2, 255))
    samples = opened(data, void=1)
    assert samples.labels == ("cat", "dog")
    assert values(samples) == [0, VOID, 1]


def test_labels_of_a_recipe_come_before_those_of_the_file(data: Data) -> None:
    (folder(data) / "classes.txt").unlink()
    assert opened(data, labels=["road", "sky"]).labels == ("road", "sky")


def test_a_palette_only_shows_colours(data: Data) -> None:
    path = folder(data) / "masks/train/train_0.png"
    with Image.open(path) as gray:
        picture = gray.convert("L")
    picture.putpalette([*range(256)] * 3)
    assert picture.mode == "P"
    picture.save(path)
    assert values(opened(data)) == [0, 1, VOID]


def test_a_value_without_a_label_is_named_with_its_file(data: Data) -> None:
    path = mask(folder(data) / "masks/train/train_0.png", (0, 7, 1))
    with pytest.raises(InputError, match=rf"{path}: expected one of 2 label indices or void, got a pixel of 7"):
        opened(data).truth(0)


def test_a_mask_in_colour_is_refused(data: Data) -> None:
    path = folder(data) / "masks/train/train_0.png"
    with Image.open(path) as gray:
        colored = gray.convert("RGB")
    colored.save(path)
    with pytest.raises(InputError, match=r"train_0.png: expected one label index a pixel, got the colour mode 'RGB'"):
        opened(data)


def test_a_damaged_mask_is_named(data: Data) -> None:
    path = folder(data) / "masks/train/train_0.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError, match=r"train_0.png: the mask cannot be read"):
        opened(data).truth(0)


def test_a_mask_of_another_size_is_refused_before_it_is_read(data: Data) -> None:
    mask(folder(data) / "masks/train/train_1.png", size=(32, 24))
    with pytest.raises(InputError, match=r"train_1.png: expected 32 x 24 pixels as its image has, got 24 x 32"):
        opened(data)


@pytest.mark.parametrize(("kind", "other"), [("images", "image"), ("masks", "mask")])
def test_an_image_and_its_mask_come_together(data: Data, kind: str, other: str) -> None:
    (folder(data) / kind / "train/train_1.png").unlink()
    with pytest.raises(InputError, match=rf"train/train_1.png: has no {other} of the same name"):
        opened(data)


def test_a_label_names_one_value(data: Data) -> None:
    (folder(data) / "classes.txt").write_text("cat\ndog\ncat\n")
    with pytest.raises(InputError, match=r"classes.txt:3: 'cat' is listed twice"):
        opened(data)


@pytest.mark.parametrize("text", ["cat\n\ndog\n", "\ncat\ndog\n"], ids=["between", "at the start"])
def test_an_empty_line_among_labels_is_refused_since_lines_are_values(data: Data, text: str) -> None:
    (folder(data) / "classes.txt").write_text(text)
    with pytest.raises(InputError, match=r"classes.txt:[12]: expected a label a line, got an empty line, so that"):
        opened(data)


def test_masks_without_names_are_answered_with_the_ways_out(data: Data) -> None:
    (folder(data) / "classes.txt").unlink()
    with pytest.raises(InputError, match=r"found nothing there; or give labels, or colors for masks in colour"):
        opened(data)


def test_a_missing_split_is_answered_with_the_ways_out(data: Data) -> None:
    (folder(data) / "images/test").rename(folder(data) / "images/tset")
    with pytest.raises(InputError, match=r"images/test: expected a folder, found nothing there; .* with test: val"):
        opened(data, "test")


@pytest.mark.parametrize("void", [256, -1, "none"])
def test_void_is_a_pixel_value(data: Data, void: Any) -> None:
    with pytest.raises(InputError, match=r"data.void: expected a "):
        opened(data, void=void)


def test_equal_digests_mean_equal_data(data: Data) -> None:
    before = opened(data).digest
    assert opened(data).digest == before
    assert opened(data, void=9).digest != before
    assert opened(data, labels=["cat", "cow"]).digest != before
    mask(folder(data) / "masks/train/train_1.png", (1, 0))
    assert opened(data).digest != before
