"""Large pictures take quicker ways to nearly the same pixels: how near, and that they land in the same place."""

import io
import sys
from functools import lru_cache

import numpy as np
import pytest
from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice import resizing
from edgecv.ondevice.decoding import open_picture
from edgecv.ondevice.images import fit, open_for
from edgecv.ondevice.resizing import LARGE, halvings
from edgecv.records.preprocess import Preprocess
from tests.conftest import NO_OPENCV

LETTERBOX = Preprocess((640, 640), "letterbox")
WAYS = [
    LETTERBOX,
    Preprocess((224, 224), "stretch"),
    Preprocess((224, 224), "crop", 256),
    Preprocess((320, 320), "letterbox", color="bgr"),
    Preprocess((640, 640), "letterbox", color="gray"),
]
SIZES = [(1080, 1920), (1077, 1919), (1920, 1080), (720, 1280)]


@lru_cache(maxsize=8)
def detailed(height: int, width: int) -> np.ndarray:
    """As photos are: the finer the detail, the weaker, by the power of 1.2, and colours go together."""
    rng = np.random.default_rng(0)
    fineness = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)) + 1 / width
    noise = rng.normal(size=(4, height, width))
    spectrum = np.fft.rfft2(noise[:3] * 0.4 + noise[3]) / fineness**1.2
    waves = np.fft.irfft2(spectrum, (height, width)).transpose(1, 2, 0)
    pixels: np.ndarray = np.clip(128 + 45 * waves / waves.std(), 0, 255).astype(np.uint8)
    return pixels


@lru_cache(maxsize=8)
def photo(height: int, width: int, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(detailed(height, width)).save(file, kind, **({} if kind == "PNG" else {"quality": 90}))
    return file.getvalue()


def exactly(content: bytes, preprocess: Preprocess, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    with monkeypatch.context() as patched:
        patched.setattr(resizing, "LARGE", float("inf"))
        return fit(open_picture(content), preprocess)[0]


def levels_apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("preprocess", WAYS, ids=lambda each: f"{each.resize} {each.size[0]} {each.color}")
def test_a_large_picture_is_within_a_level_of_the_exact_filter(preprocess, size, monkeypatch) -> None:
    content = photo(*size)
    exact = exactly(content, preprocess, monkeypatch)
    from_jpeg, placement = fit(open_for(content, preprocess), preprocess)
    from_array, same_placement = fit(np.asarray(open_picture(content)), preprocess)
    assert levels_apart(from_jpeg, exact) < 1
    assert levels_apart(from_array, exact) < 1
    assert placement == same_placement
    assert placement.original == size


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("preprocess", WAYS, ids=lambda each: f"{each.resize} {each.size[0]} {each.color}")
def test_opencv_gives_the_same_within_a_level(preprocess, size, need) -> None:
    need("opencv", NO_OPENCV)
    content = photo(*size)
    for image in (open_for(content, preprocess), np.asarray(open_picture(content))):
        by_pillow, placement = fit(image, preprocess)
        by_opencv, same_placement = fit(image, preprocess, by_opencv=True)
        assert 0 < levels_apart(by_pillow, by_opencv) < 1
        assert placement == same_placement


def test_without_opencv_pillow_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    resizing._opencv.cache_clear()
    image = open_for(photo(1080, 1920), LETTERBOX)
    assert (fit(image, LETTERBOX, by_opencv=True)[0] == fit(image, LETTERBOX)[0]).all()
    resizing._opencv.cache_clear()


def test_a_large_jpeg_is_decoded_no_larger_than_it_has_to_be() -> None:
    for side, expected in ((960, (1080, 1920)), (640, (540, 960)), (160, (270, 480))):
        halved = open_for(photo(1080, 1920), Preprocess((side, side), "letterbox"))
        assert isinstance(halved.pixels, Image.Image)
        assert halved.pixels.size[::-1] == expected
        assert halved.original == (1080, 1920)


def test_other_files_and_open_pictures_are_decoded_whole() -> None:
    opened = Image.open(io.BytesIO(photo(1080, 1920)))
    for source in (photo(1080, 1920, "PNG"), opened):
        halved = open_for(source, LETTERBOX)
        assert (halved.times, halved.original) == (0, (1080, 1920))
    assert opened.size == (1920, 1080)


def test_small_pictures_and_other_filters_take_the_exact_way() -> None:
    window = (0.0, 0.0, 1920.0, 1080.0)
    assert halvings((1080, 1920), window, (90, 160), "bilinear") == 2
    assert halvings((1080, 1920), window, (90, 160), "bicubic") == 0
    assert halvings((1080, 1920), window, (540, 960), "bilinear") == 0
    assert halvings((500, LARGE // 500), (0, 0, LARGE // 500, 500), (90, 160), "bilinear") == 0


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_jpeg_is_halved_as_it_is_seen(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    upright = Image.fromarray(detailed(1080, 1920))
    file = io.BytesIO()
    (upright.transpose(turn[orientation]) if orientation in turn else upright).save(file, "JPEG", quality=90, exif=exif)
    pixels, placement = fit(open_for(file.getvalue(), LETTERBOX), LETTERBOX)
    assert placement.original == (1080, 1920)
    assert levels_apart(pixels, fit(np.asarray(upright), LETTERBOX)[0]) < 2  # JPEG itself costs one


@pytest.mark.parametrize("by_opencv", [False, True], ids=["Pillow", "OpenCV"])
@pytest.mark.parametrize("preprocess", WAYS[:3], ids=lambda each: each.resize)
def test_a_dot_in_a_large_picture_lands_where_the_placement_says(preprocess, by_opencv: bool, need) -> None:
    need("opencv", NO_OPENCV if by_opencv else None)
    for (height, width), (row, column) in ((SIZES[0], (500, 900)), (SIZES[1], (431, 1003))):
        image = np.zeros((height, width, 3), np.uint8)
        image[row - 20 : row + 21, column - 20 : column + 21] = 255
        pixels, placement = fit(image, preprocess, by_opencv)
        weight = pixels[..., 0].astype(float)
        top = max(0, placement.offset[0])
        weight[:top] = weight[top + round(height * placement.scale[0]) :] = 0  # the padding
        y = (weight.sum(1) * (np.arange(len(weight)) + 0.5)).sum() / weight.sum()
        x = (weight.sum(0) * (np.arange(weight.shape[1]) + 0.5)).sum() / weight.sum()
        found = placement.to_original(np.array([[x, y, x, y]]))[0]
        np.testing.assert_allclose(found[:2], [column + 0.5, row + 0.5], atol=0.5)


def test_a_large_jpeg_that_is_cut_off_is_refused() -> None:
    with pytest.raises(InputError, match="truncated"):
        open_for(photo(1080, 1920)[:-9000], LETTERBOX)
