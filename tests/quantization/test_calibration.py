"""Which images calibrate, and what the network sees of them."""

import numpy as np
import pytest

from edgecv import datasets
from edgecv.errors import InputError
from edgecv.ondevice.images import fit, open_image
from edgecv.quantization import calibration
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Data
from edgecv.records.samples import VOID, Boxes, Label, Mask, Samples, Truth


def samples_of(truths: list[Truth]) -> Samples:
    names = tuple(f"{number}" for number in range(len(truths)))
    return Samples(("a", "b", "c"), "digest", names, lambda _: np.zeros((8, 8, 3), np.uint8), truths.__getitem__)


def boxes(*indices: int) -> Boxes:
    return Boxes(np.zeros((len(indices), 4), np.float32), np.array(indices, int))


def mask(*indices: int) -> Mask:
    return Mask(np.array([[*indices, VOID]], np.uint8))


RARE: dict[str, list[Truth]] = {  # 97 samples of one class, one each of two others, one that shows nothing
    "labels": [*[Label(0)] * 97, Label(1), Label(2), Label(1)],
    "boxes": [*[boxes(0, 0)] * 97, boxes(0, 1), boxes(2), boxes()],
    "masks": [*[mask(0)] * 97, mask(0, 1), mask(0, 2), mask()],
}


@pytest.mark.parametrize("truths", RARE.values(), ids=RARE)
def test_rare_classes_are_among_the_chosen(truths: list[Truth]) -> None:
    chosen = calibration.choose(samples_of(truths), 8)
    assert len(set(chosen)) == 8
    assert {97, 98, 99} <= set(chosen)


def test_the_choice_is_the_same_every_time_and_does_not_depend_on_its_size() -> None:
    samples = samples_of(RARE["boxes"])
    assert calibration.choose(samples, 30) == calibration.choose(samples, 30)
    assert calibration.choose(samples, 30)[:10] == calibration.choose(samples, 10)


def test_what_is_skipped_is_not_chosen_again_and_all_can_be_had() -> None:
    samples = samples_of(RARE["masks"])
    first, second = calibration.choose(samples, 32), calibration.choose(samples, 68, skip=32)
    assert sorted([*first, *second]) == list(range(100))


def test_more_images_than_there_are_is_refused_with_the_number_that_can_be_had() -> None:
    with pytest.raises(InputError, match=r"calibration\.images: expected at most 68, got 200: .* has 100 images"):
        calibration.choose(samples_of(RARE["labels"]), 200, skip=32)


def test_samples_that_were_not_looked_at_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "LOOKED_AT", 20)
    samples = samples_of(RARE["labels"])
    order = np.random.default_rng(0).permutation(100).tolist()
    assert sorted(calibration.choose(samples, 20)) == sorted(order[:20])
    assert calibration.choose(samples, 80, skip=20) == order[20:]


@pytest.mark.parametrize("color", ["rgb", "gray"])
def test_pixels_are_those_of_training_and_of_the_board(color: str) -> None:
    preprocess = Preprocess.from_json({"size": (40, 56), "resize": "letterbox", "color": color})
    samples = datasets.load(Data("shapes", options={"train": 12, "val": 4, "test": 4}), "detection", "train")
    pixels = calibration.pixels(samples, [3, 1], preprocess)
    assert pixels.shape == (2, 40, 56, preprocess.channels)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels[0], fit(open_image(samples.image(3)), preprocess)[0])


def test_the_network_sees_pixels_minus_mean_over_std() -> None:
    preprocess = Preprocess((2, 2), mean=(10.0, 20.0, 30.0), std=(2.0, 4.0, 8.0))
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    seen = calibration.normalised(pixels, preprocess)
    assert seen.dtype == np.float32
    assert np.allclose(seen, (pixels - np.array([10.0, 20.0, 30.0])) / np.array([2.0, 4.0, 8.0]))


def test_the_digest_changes_with_every_pixel_and_with_the_shape() -> None:
    images = np.zeros((2, 4, 4, 3), np.uint8)
    other = images.copy()
    other[1, 3, 3, 2] = 1
    digests = {calibration.digest(each) for each in (images, other, images.reshape(2, 2, 8, 3))}
    assert len(digests) == 3
