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


def test_pictures_are_mirrored_moved_and_scaled_with_their_boxes() -> None:
    image, before = np.zeros((64, 96, 3), np.uint8), np.array([[10.0, 20, 30, 50]])
    image[20:50, 10:20], image[20:50, 20:30] = (250, 10, 10), (10, 10, 250)  # red to the left of blue
    mirrored, widths, lefts = [], [], []
    for seed in range(80):
        changed, truth = augment(image, Boxes(before, np.array([1])), np.random.default_rng(seed))
        assert isinstance(truth, Boxes)
        x0, y0, x1, y1 = truth.boxes[0].round().astype(int)
        left, right = np.split(changed[y0 + 2 : y1 - 2, x0:x1].astype(int)[:, : (x1 - x0) // 2 * 2], 2, axis=1)
        mirrored.append(left[..., 2].mean() > right[..., 2].mean())
        widths.append(x1 - x0)
        lefts.append(x0)
    assert 20 < sum(mirrored) < 60
    assert min(widths) < 18
    assert max(widths) > 22
    assert max(lefts) - min(lefts) > 40


def test_the_light_changes_and_no_label_does() -> None:
    image, mask = np.full((32, 32, 3), 100, np.uint8), np.full((32, 32), 4, np.uint8)
    mask[::2, ::2] = 90
    centers = []
    for seed in range(80):
        changed, truth = augment(image, Mask(mask), np.random.default_rng(seed))
        assert isinstance(truth, Mask)
        assert set(np.unique(truth.pixels)) <= {4, 90, VOID}
        centers.append(changed[16, 16].astype(int))
    assert np.ptp(centers, axis=0).min() > 30  # brighter and darker
    assert np.ptp(centers, axis=1).max() > 10  # tinted


def test_an_object_that_leaves_the_picture_leaves_the_truth() -> None:
    boxes = Boxes(np.array([[0.0, 0, 4, 64], [40, 20, 60, 40]]), np.array([0, 1]))
    left = set()
    for seed in range(40):
        _, truth = augment(np.zeros((64, 96, 3), np.uint8), boxes, np.random.default_rng(seed))
        assert isinstance(truth, Boxes)
        assert (truth.boxes[:, 2:] > truth.boxes[:, :2]).all()
        assert 1 in truth.indices
        left.add(0 in truth.indices)
    assert left == {True, False}


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
