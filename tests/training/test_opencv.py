"""Where OpenCV is installed, it moves pictures as Pillow does; elsewhere Pillow does it."""

import sys

import numpy as np
import pytest
from PIL import Image

from edgecv.ondevice.images import PAD
from edgecv.records.samples import Label
from edgecv.training.augment import opencv
from edgecv.training.augment.moves import Move, Turn, Window
from edgecv.training.augment.warp import warped
from tests.conftest import NO_OPENCV, Need

COARSE = np.random.default_rng(0).integers(0, 256, (9, 11, 3), np.uint8)
PICTURE = np.asarray(Image.fromarray(COARSE).resize((110, 90), Image.Resampling.BICUBIC))
UPRIGHT = Turn(False, False, False)
TURNS = [Turn(*(bool(number & bit) for bit in (1, 2, 4))) for number in range(8)]
WHOLE = Window(0, 0, 1, 1)
WINDOWS = [Window(-0.1, 0.05, 1.1, 1.1), Window(0.2, -0.05, 0.8, 0.85), Window(0.6, 0.7, 0.9, 0.9)]
BEYOND = [Window(1.1, 0, 1.2, 1.2), Window(0, 1.1, 1.2, 1.2), Window(-1.3, 0, 1.2, 1.2), Window(0, -1.3, 1.2, 1.2)]


@pytest.fixture
def opencv_is_here(need: Need) -> None:
    need("opencv", NO_OPENCV)


needs_opencv = pytest.mark.usefixtures("opencv_is_here")


def moved(pixels: np.ndarray, move: Move, size: tuple[int, int]) -> np.ndarray:
    return warped((pixels, Label(0)), move, size)[0].astype(int)


def both_ways(pixels: np.ndarray, move: Move, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """By OpenCV and by Pillow."""
    ours = moved(pixels, move, size)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(opencv, "opencv", lambda: None)
        return ours, moved(pixels, move, size)


@needs_opencv
def test_opencv_does_it_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opencv, "resized", lambda *_: 7)
    assert moved(PICTURE, Move(UPRIGHT, WINDOWS[1]), (100, 120))[-1, -1, 0] == 7


@needs_opencv
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("turn", TURNS)
def test_a_picture_goes_where_pillow_puts_it(turn: Turn, window: Window, channels: int) -> None:
    ours, theirs = both_ways(PICTURE[..., :channels], Move(turn, window), (100, 120))
    assert ours.shape == theirs.shape == (100, 120, channels)
    assert np.abs(ours - theirs).mean() < 1
    assert np.abs(ours - theirs).max() < 8


@needs_opencv
def test_a_picture_that_becomes_larger_is_the_same_up_to_its_edges() -> None:
    ours, theirs = both_ways(COARSE, Move(UPRIGHT, WHOLE), (36, 44))
    assert np.abs(ours - theirs).max() <= 255 / 32 + 1  # OpenCV may round places to 32nds of a pixel


@needs_opencv
@pytest.mark.parametrize("window", BEYOND)
def test_what_lies_wholly_beyond_the_picture_is_gray(window: Window) -> None:
    ours, theirs = both_ways(PICTURE, Move(UPRIGHT, window), (90, 110))
    assert (ours == PAD).all()
    assert (theirs == PAD).all()


@needs_opencv
def test_a_window_of_less_than_half_a_pixel_shows_that_pixel() -> None:
    ours, theirs = both_ways(PICTURE, Move(UPRIGHT, Window(0.501, 0.501, 0.003, 0.003)), (9, 11))
    assert (ours == PICTURE[45, 55]).all()
    assert (theirs[4, 5] == PICTURE[45, 55]).all()  # beside its centre Pillow mixes in the neighbours


@needs_opencv
@pytest.mark.parametrize(
    ("part", "size", "taken"),
    [
        ((90, 129), (90, 100), True),
        ((90, 131), (90, 100), False),
        ((131, 90), (100, 90), False),
        ((9, 9), (90, 90), True),
    ],
)
def test_opencv_takes_what_becomes_little_smaller_along_both_sides(
    part: tuple[int, int], size: tuple[int, int], taken: bool
) -> None:
    assert opencv.suits(part, size) == taken


def test_what_becomes_much_smaller_is_left_to_a_filter_that_sees_all_of_it() -> None:
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, ::2] = 255
    for side in (48, 32):
        smaller = moved(stripes, Move(UPRIGHT, WHOLE), (side, side))
        assert np.abs(smaller[:, 1:-1] - 127.5).max() < 30  # the nearest pixels alone are 0 or 255 at a third


@needs_opencv
def test_what_is_only_turned_is_not_resampled() -> None:
    move = Move(Turn(True, False, True), WHOLE)
    np.testing.assert_array_equal(moved(PICTURE, move, (110, 90)), PICTURE[:, ::-1].transpose(1, 0, 2))


@needs_opencv
def test_it_works_in_one_thread_since_batches_are_made_beside_each_other() -> None:
    opencv.opencv().setNumThreads(4)
    opencv.opencv.cache_clear()
    assert opencv.opencv().getNumThreads() == 1


def test_without_opencv_pillow_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    opencv.opencv.cache_clear()
    assert not opencv.suits(PICTURE.shape[:2], (100, 100))
    assert moved(PICTURE, Move(UPRIGHT, WINDOWS[0]), (100, 100)).shape == (100, 100, 3)
    opencv.opencv.cache_clear()
