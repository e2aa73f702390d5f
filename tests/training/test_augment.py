import numpy as np
import pytest

from edgecv.records.samples import VOID, Boxes, Label, Mask
from edgecv.training.augment import PAD, augment
from tests.training.test_arrays import BRIGHT, painted, seen_box

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_box_stays_around_its_pixels(seed: int) -> None:
    image = painted((64, 96), (30, 20, 70, 50))
    changed, truth = augment(image, Boxes(np.array([[30.0, 20, 70, 50]]), np.array([1])), np.random.default_rng(seed))
    assert isinstance(truth, Boxes)
    np.testing.assert_allclose(truth.boxes[0], seen_box(changed), atol=1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mask_stays_on_its_pixels_and_what_comes_in_is_void(seed: int) -> None:
    image = painted((64, 96), (30, 20, 70, 50))
    changed, truth = augment(image, Mask((image[..., 0] > 0).astype(np.uint8)), np.random.default_rng(seed))
    assert isinstance(truth, Mask)
    differs = (truth.pixels == 1) != (changed[..., 0] > BRIGHT)
    assert differs[truth.pixels != VOID].mean() < 0.03  # bilinear and nearest round an edge differently


def test_changes_follow_from_the_generator_alone() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    first, again, other = (augment(image, Label(3), np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert first[1] == Label(3)


def test_a_gray_picture_stays_gray() -> None:
    image = np.full((32, 32, 1), PAD, np.uint8)
    changed, _ = augment(image, Label(0), np.random.default_rng(0))
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
