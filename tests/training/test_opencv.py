"""Where OpenCV is installed, it moves pictures as Pillow does."""

import numpy as np
import pytest
from PIL import Image

from edgecv.records.samples import Label
from edgecv.training.augment import opencv
from edgecv.training.augment.moves import Move, Turn, Window
from edgecv.training.augment.warp import warped

pytest.importorskip("cv2", reason="pip install opencv-python-headless")

COARSE = np.random.default_rng(0).integers(0, 256, (9, 11, 3), np.uint8)
PICTURE = np.asarray(Image.fromarray(COARSE).resize((110, 90), Image.Resampling.BICUBIC))
TURNS = [Turn(*(bool(number & bit) for bit in (1, 2, 4))) for number in range(8)]
WINDOWS = [Window(-0.1, 0.05, 1.1, 1.1), Window(0.2, -0.05, 0.8, 0.85), Window(0.6, 0.7, 0.9, 0.9)]


def moved(pixels: np.ndarray, move: Move, size: tuple[int, int]) -> np.ndarray:
    return warped((pixels, Label(0)), move, size)[0].astype(int)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("turn", TURNS)
def test_a_picture_goes_where_pillow_puts_it(
    turn: Turn, window: Window, channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, pixels, size = Move(turn, window), PICTURE[..., :channels], (100, 100)
    assert opencv.suits(move, pixels.shape[:2], size)
    ours = moved(pixels, move, size)
    monkeypatch.setattr(opencv, "opencv", lambda: None)
    theirs = moved(pixels, move, size)
    assert ours.shape == theirs.shape == (100, 100, channels)
    assert np.abs(ours - theirs).mean() < 1
    assert np.abs(ours - theirs).max() < 8


def test_what_becomes_much_smaller_is_left_to_a_filter_that_sees_all_of_it() -> None:
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, ::2] = 255
    smaller = moved(stripes, Move(Turn(False, False, False), Window(0, 0, 1, 1)), (48, 48))
    assert np.abs(smaller[:, 1:-1] - 127.5).max() < 3


def test_what_is_only_turned_keeps_its_pixels() -> None:
    turned = moved(PICTURE, Move(Turn(True, False, True), Window(0, 0, 1, 1)), (110, 90))
    np.testing.assert_array_equal(turned, PICTURE[:, ::-1].transpose(1, 0, 2))
