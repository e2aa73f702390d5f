import numpy as np

from edgecv.ondevice import images
from edgecv.records.preprocess import Preprocess
from edgecv.records.samples import VOID, Boxes, Mask
from edgecv.training.truth import moved

PAINT = np.array([250, 10, 10], np.uint8)
BRIGHT = 160  # between padding and paint, in any light


def painted(size: tuple[int, int], box: tuple[int, int, int, int]) -> np.ndarray:
    image = np.zeros((*size, 3), np.uint8)
    x0, y0, x1, y1 = box
    image[y0:y1, x0:x1] = PAINT
    return image


def seen_box(image: np.ndarray) -> list[int]:
    rows, columns = (np.flatnonzero((image[..., 0] > BRIGHT).any(axis=axis)) for axis in (1, 0))
    return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def test_boxes_lie_around_the_same_pixels_after_letterboxing_and_cropping() -> None:
    image, box = painted((60, 120), (40, 10, 80, 40)), Boxes(np.array([[40, 10, 80, 40]]), np.array([2]))
    for resize in ("stretch", "letterbox", "crop"):
        preprocess = Preprocess((64, 64), resize=resize)
        pixels, placement = images.fit(image, preprocess)
        truth = moved(box, placement, preprocess.size)
        assert isinstance(truth, Boxes)
        np.testing.assert_allclose(truth.boxes[0], seen_box(pixels), atol=1.0, err_msg=resize)
        assert truth.indices.tolist() == [2]


def test_a_box_that_a_crop_leaves_out_is_dropped() -> None:
    preprocess = Preprocess((64, 64), resize="crop")
    _, placement = images.fit(painted((60, 240), (0, 0, 10, 10)), preprocess)
    truth = moved(Boxes(np.array([[0, 0, 10, 10], [115, 20, 125, 40]]), np.array([0, 1])), placement, preprocess.size)
    assert isinstance(truth, Boxes)
    assert truth.indices.tolist() == [1]


def test_an_image_without_objects_has_no_boxes() -> None:
    _, placement = images.fit(painted((60, 60), (0, 0, 0, 0)), Preprocess((64, 64)))
    truth = moved(Boxes(np.zeros((0, 4)), np.zeros(0, np.int64)), placement, (64, 64))
    assert isinstance(truth, Boxes)
    assert truth.boxes.shape == (0, 4)


def test_a_mask_follows_its_pixels_and_padding_is_void() -> None:
    preprocess = Preprocess((64, 64), resize="letterbox", resample="nearest")
    mask = np.zeros((60, 120), np.uint8)
    mask[10:40, 40:80] = 3
    pixels, placement = images.fit(painted((60, 120), (40, 10, 80, 40)), preprocess)
    truth = moved(Mask(mask), placement, preprocess.size)
    assert isinstance(truth, Mask)
    assert ((truth.pixels == 3) == (pixels == PAINT).all(axis=-1)).all()
    assert (truth.pixels[:16] == VOID).all()
    assert (truth.pixels[-16:] == VOID).all()
    assert (truth.pixels[16:-16] != VOID).all()
