"""Pictures change as the settings say, and the truth about them with their pixels."""

from dataclasses import replace

import numpy as np
import pytest

from edgecv.ondevice.images import PAD
from edgecv.records.augment import EVEN, WORDS, Augment
from edgecv.records.samples import VOID, Boxes, Label, Mask, Truth
from edgecv.training.augment import MOST_DETAIL, augment, changes_nothing, detail
from edgecv.training.augment.light import Lit
from tests.training.test_truth import BRIGHT, painted, seen_box

SEEDS = range(12)
STANDARD = WORDS["standard"]
SETTINGS = {
    "standard": STANDARD,
    "strong": WORDS["strong"],
    "cut": Augment(flip="both", crop=(0.6, 1.0), aspect=(0.75, 1.33), brightness=(0.8, 1.25)),
    "turned": Augment(flip="dihedral", scale=(0.7, 1.3), translate=0.1),
}


def changed(
    image: np.ndarray, truth: Truth, seed: int, settings: Augment = STANDARD, size: tuple[int, int] | None = None
) -> tuple[np.ndarray, Truth]:
    rng = np.random.default_rng(seed)
    lit, moved = augment(0, lambda _: (image, truth), 1, size or image.shape[:2], settings, rng)
    return seen(lit), moved


def seen(lit: Lit) -> np.ndarray:
    """The pixels in their light."""
    return np.stack([table[lit.pixels[..., channel]] for channel, table in enumerate(lit.tables)], axis=-1)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_box_stays_around_its_pixels(name: str) -> None:
    image = painted((96, 96), (40, 30, 60, 50))
    followed = 0
    for seed in SEEDS:
        pixels, truth = changed(image, Boxes(np.array([[40.0, 30, 60, 50]]), np.array([1])), seed, _unlit(name))
        assert isinstance(truth, Boxes)
        for box in truth.boxes:
            np.testing.assert_allclose(box, seen_box(pixels), atol=1.2, err_msg=f"seed {seed}")
        followed += len(truth.boxes)
    assert followed == len(SEEDS)  # near the centre, so none is lost


@pytest.mark.parametrize("name", SETTINGS)
def test_a_mask_stays_on_its_pixels_and_what_comes_in_is_void(name: str) -> None:
    image = painted((96, 96), (30, 20, 70, 50))
    for seed in SEEDS:
        pixels, truth = changed(image, Mask((image[..., 0] > 0).astype(np.uint8)), seed, _unlit(name))
        assert isinstance(truth, Mask)
        differs = (truth.pixels == 1) != (pixels[..., 0] > BRIGHT)
        assert differs[truth.pixels != VOID].mean() < 0.04  # bilinear and nearest round an edge differently
        assert truth.pixels.shape == (96, 96)
        assert (truth.pixels[(pixels == PAD).all(axis=-1)] == VOID).all()


def _unlit(name: str) -> Augment:
    return replace(SETTINGS[name], brightness=EVEN, tint=EVEN, contrast=EVEN, saturation=EVEN, hue=0)


def test_pictures_are_mirrored_moved_and_scaled_with_their_boxes() -> None:
    image, before = np.zeros((64, 96, 3), np.uint8), np.array([[10.0, 20, 30, 50]])
    image[20:50, 10:20], image[20:50, 20:30] = (250, 10, 10), (10, 10, 250)  # red to the left of blue
    mirrored, widths, lefts = [], [], []
    for seed in range(80):
        pixels, truth = changed(image, Boxes(before, np.array([1])), seed)
        assert isinstance(truth, Boxes)
        x0, y0, x1, y1 = truth.boxes[0].round().astype(int)
        left, right = np.split(pixels[y0 + 2 : y1 - 2, x0:x1].astype(int)[:, : (x1 - x0) // 2 * 2], 2, axis=1)
        mirrored.append(left[..., 2].mean() > right[..., 2].mean())
        widths.append(x1 - x0)
        lefts.append(x0)
    assert 20 < sum(mirrored) < 60
    assert min(widths) < 18
    assert max(widths) > 22
    assert max(lefts) - min(lefts) > 40


@pytest.mark.parametrize(("flip", "ways"), [("none", 1), ("horizontal", 2), ("both", 4), ("dihedral", 8)])
def test_a_flip_turns_pictures_in_as_many_ways_as_it_says(flip: str, ways: int) -> None:
    image, corner = np.arange(64 * 3, dtype=np.uint8).reshape(8, 8, 3), Boxes(np.array([[0.0, 0, 3, 2]]), np.array([0]))
    seen: dict[bytes, bytes] = {}
    for seed in range(60):
        pixels, truth = changed(image, corner, seed, Augment(flip=flip))  # type: ignore[arg-type]
        assert isinstance(truth, Boxes)
        x0, y0, x1, y1 = truth.boxes[0].astype(int)
        assert sorted(pixels[y0:y1, x0:x1].ravel()) == sorted(image[:2, :3].ravel())
        seen[pixels.tobytes()] = truth.boxes.tobytes()
    assert len(seen) == ways


def test_a_cut_keeps_a_part_of_the_area_and_no_padding() -> None:
    settings = Augment(crop=(0.3, 0.6), aspect=(0.8, 1.25))
    image, box = np.full((64, 96, 3), 200, np.uint8), np.array([[46.0, 30, 50, 34]])  # 16 pixels in the centre
    areas = []
    for seed in range(60):
        pixels, truth = changed(image, Boxes(box, np.array([0])), seed, settings)
        assert isinstance(truth, Boxes)
        assert (pixels == 200).all()
        areas += [
            np.prod(each[2:] - each[:2]) for each in truth.boxes if (each > 0).all() and (each < (96, 64) * 2).all()
        ]
    assert 16 / 0.6 * 0.95 < min(areas) < 16 / 0.5
    assert 16 / 0.4 < max(areas) < 16 / 0.3 * 1.05


def test_the_smaller_the_cuts_the_larger_the_picture_they_come_from() -> None:
    assert detail(STANDARD) == 1
    assert detail(Augment(crop=(0.5, 1))) == pytest.approx(2**0.5)
    assert detail(Augment(crop=(0.01, 1))) == MOST_DETAIL


def test_a_mosaic_shows_four_pictures_each_with_its_truth() -> None:
    grays = [40, 80, 120, 160, 200]
    whole = Boxes(np.array([[0.0, 0, 64, 64]]), np.array([0]))

    def look(index: int) -> tuple[np.ndarray, Truth]:
        return np.full((64, 64, 3), grays[index], np.uint8), Boxes(whole.boxes, np.array([index]))

    for seed in SEEDS:
        (pixels, _), truth = augment(0, look, 5, (64, 64), Augment(mosaic=1), np.random.default_rng(seed))
        assert isinstance(truth, Boxes)
        assert 0 in truth.indices
        assert len(truth.indices) == 4
        for (x0, y0, x1, y1), index in zip(truth.boxes.round().astype(int), truth.indices, strict=True):
            inner = pixels[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1]
            assert (inner == grays[index]).all()


def test_the_mask_of_a_mosaic_lies_on_its_pixels() -> None:
    def look(index: int) -> tuple[np.ndarray, Truth]:
        return np.full((64, 64, 3), 50 * index, np.uint8), Mask(np.full((64, 64), index, np.uint8))

    for seed in SEEDS:
        (pixels, _), truth = augment(1, look, 5, (64, 64), Augment(mosaic=1), np.random.default_rng(seed))
        assert isinstance(truth, Mask)
        known = truth.pixels != VOID
        assert (pixels[..., 0] == 50 * truth.pixels.astype(int))[known].all()
        assert (pixels[~known] == PAD).all()


def test_the_light_changes_and_no_label_does() -> None:
    image, mask = np.full((32, 32, 3), 100, np.uint8), np.full((32, 32), 4, np.uint8)
    mask[::2, ::2] = 90
    centers = []
    for seed in range(80):
        pixels, truth = changed(image, Mask(mask), seed)
        assert isinstance(truth, Mask)
        assert set(np.unique(truth.pixels)) <= {4, 90, VOID}
        centers.append(pixels[16, 16].astype(int))
    assert np.ptp(centers, axis=0).min() > 30  # brighter and darker
    assert np.ptp(centers, axis=1).max() > 10  # tinted


def test_colours_turn_around_gray_and_brightness_stays() -> None:
    settings, luma = Augment(saturation=(0.5, 1.5), hue=30), np.array([0.299, 0.587, 0.114])
    gray, red = np.full((4, 4, 3), 90, np.uint8), np.full((4, 4, 3), (150, 100, 100), np.uint8)
    colors = []
    for seed in range(40):
        assert np.ptp(changed(gray, Label(0), seed, settings)[0].astype(int) - 90) <= 1
        colors.append(changed(red, Label(0), seed, settings)[0][0, 0].astype(int))
    assert np.ptp(colors, axis=0).min() > 15
    assert np.abs(np.array(colors) @ luma - luma @ (150, 100, 100)).max() < 8  # hue turns around gray, not around luma


def test_a_network_that_takes_bgr_sees_the_same_colours() -> None:
    image, settings = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8), Augment(saturation=(0, 2), hue=90)
    rgb = augment(0, lambda _: (image, Label(0)), 1, (8, 8), settings, np.random.default_rng(3))
    flipped = np.ascontiguousarray(image[..., ::-1])
    bgr = augment(0, lambda _: (flipped, Label(0)), 1, (8, 8), settings, np.random.default_rng(3), bgr=True)
    assert np.abs(seen(rgb[0]).astype(int) - seen(bgr[0])[..., ::-1]).max() <= 1


def test_contrast_moves_values_away_from_the_middle_or_towards_it() -> None:
    image = np.full((4, 4, 3), (28, 128, 228), np.uint8)
    spreads = [
        np.ptp(changed(image, Label(0), seed, Augment(contrast=(0.5, 1.2)))[0].astype(int)) for seed in range(40)
    ]
    assert 100 <= min(spreads) < 120
    assert 220 < max(spreads) <= 255


def test_an_object_that_leaves_the_picture_leaves_the_truth() -> None:
    boxes = Boxes(np.array([[0.0, 0, 4, 64], [40, 20, 60, 40]]), np.array([0, 1]))
    left = set()
    for seed in range(40):
        _, truth = changed(np.zeros((64, 96, 3), np.uint8), boxes, seed)
        assert isinstance(truth, Boxes)
        assert (truth.boxes[:, 2:] > truth.boxes[:, :2]).all()
        assert 1 in truth.indices
        left.add(0 in truth.indices)
    assert left == {True, False}


def test_changes_follow_from_the_generator_alone() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    first, again, other = (changed(image, Label(3), seed, WORDS["strong"]) for seed in (5, 5, 6))
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    assert first[1] == Label(3)


def test_the_chances_of_standard_are_those_of_every_earlier_version() -> None:
    _, truth = changed(np.zeros((192, 224, 3), np.uint8), Boxes(np.array([[30.0, 40, 120, 150]]), np.array([0])), 0)
    assert isinstance(truth, Boxes)
    np.testing.assert_allclose(truth.boxes, [[2.3317, 16.5832, 100.1287, 136.1128]], atol=0.5)  # up to whole pixels


@pytest.mark.parametrize("name", SETTINGS)
def test_a_gray_picture_stays_gray(name: str) -> None:
    image = np.full((32, 32, 1), PAD, np.uint8)
    pixels, _ = changed(image, Label(0), 0, SETTINGS[name])
    assert pixels.shape == image.shape
    assert pixels.dtype == np.uint8


def test_only_none_changes_nothing() -> None:
    assert changes_nothing(WORDS["none"])
    assert changes_nothing(Augment(base="strong"))
    assert not any(changes_nothing(each) for each in SETTINGS.values())
