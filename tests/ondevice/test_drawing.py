import io

import numpy as np
import pytest
from PIL import Image

from edgecv.ondevice.drawing import HAS, LEGIBLE, color_of, draw, font, index_png, legible
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.regression import Regression
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.samples import VOID

LABELS = ("cat", "dog", "ÄÖ 猫 unprintable")


def detection(*boxes: tuple[float, float, float, float]) -> Detection:
    count = len(boxes)
    return Detection(
        np.array(boxes, np.float32).reshape(-1, 4), np.linspace(0.9, 0.3, count), np.arange(count) % len(LABELS)
    )


@pytest.mark.parametrize(
    ("label", "drawn"),
    [
        ("Bär", "Bar"),
        ("Straße", "Strasse"),
        ("smørrebrød", "smorrebrod"),
        ("−5 °C … “so”", "?5 °C ... “so”"),
        ("猫", "?"),
    ],
)
def test_labels_are_drawn_in_letters_that_are_there(label: str, drawn: str) -> None:
    assert legible(label) == drawn
    missing = bytes(font(20).getmask("\uffff"))
    assert all(bytes(font(20).getmask(each)) != missing for each in HAS)


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (37, 900), (480, 640), (1500, 2000)], ids=str)
@pytest.mark.parametrize("task", ["classification", "detection", "segmentation", "regression"])
def test_every_prediction_can_be_drawn_at_every_size(task: str, size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 128, np.uint8)
    height, width = size
    prediction = {
        "classification": Classification(np.array([0.2, 0.5, 0.3])),
        "detection": detection((0, 0, width, height), (width - 1, 0, width, 1), (0, 0, 0.2, 0.2)),
        "segmentation": Segmentation((np.arange(height * width).reshape(size) % 3).astype(np.uint8)),
        "regression": Regression(np.array([1e9, -0.001, 12.5])),
    }[task]
    drawn = np.asarray(draw(image, prediction, LABELS))
    assert max(drawn.shape) >= LEGIBLE
    assert drawn.shape[0] / height == drawn.shape[1] / width
    assert (drawn != 128).any()
    assert (image == 128).all()  # what was given is not drawn upon


def test_boxes_have_their_colour_on_their_edge() -> None:
    drawn = np.asarray(draw(np.zeros((400, 400, 3), np.uint8), detection((100, 200, 300, 350)), LABELS))
    for y, x in ((200, 200), (349, 200), (250, 100), (250, 299)):
        assert tuple(drawn[y, x]) == color_of(0)
    assert (drawn[210:340, 110:290] == 0).all()


def test_small_images_are_enlarged_with_their_boxes() -> None:
    drawn = np.asarray(draw(np.zeros((100, 50, 3), np.uint8), detection((10, 50, 30, 90)), LABELS))
    assert drawn.shape == (400, 200, 3)
    assert tuple(drawn[300, 40]) == color_of(0)


def test_masks_shine_through() -> None:
    image = np.full((400, 400, 3), 200, np.uint8)
    mask = np.ones((400, 400), np.uint8)
    mask[:, 200:] = VOID
    drawn = np.asarray(draw(image, Segmentation(mask), LABELS)).astype(int)
    np.testing.assert_allclose(drawn[390, 10], (np.array(color_of(1)) + 200) / 2, atol=1)
    np.testing.assert_allclose(drawn[390, 390], [100, 100, 100], atol=1)


def test_text_never_leaves_the_picture() -> None:
    """The label of a box at the top right corner is moved inside, so nearly all of its ground is to be seen."""
    drawn = np.asarray(draw(np.zeros((400, 400, 3), np.uint8), detection((380, 0, 400, 20)), ["a long label"]))
    ground = (drawn == color_of(0)).all(axis=-1)
    assert ground[:20, :390].sum() > 300


def test_index_masks_hold_indices_and_show_colours() -> None:
    mask = np.array([[0, 1, 2], [7, 254, VOID]], np.uint8)
    with Image.open(io.BytesIO(index_png(mask))) as picture:
        assert picture.mode == "P"
        assert (np.asarray(picture) == mask).all()
        assert (np.asarray(picture.convert("RGB"))[0, 1] == color_of(1)).all()


def test_the_first_labels_have_colours_far_apart() -> None:
    colors = np.array([color_of(index) for index in range(12)], float)
    distances = np.linalg.norm(colors[:, np.newaxis] - colors, axis=-1) + 1000 * np.eye(12)
    assert distances.min() > 60
