"""Generated scenes: the same ones for everybody, with exact truth, and hard enough to mean something."""

from typing import Any

import numpy as np
import pytest

from edgecv.datasets import load
from edgecv.datasets.shapes import SPLITS, visible_boxes
from edgecv.datasets.shapes_drawing import (
    CLASSES,
    CONTRAST,
    LEAST_VISIBLE,
    NOISE,
    Canvas,
    Scene,
    draw_crowd,
    draw_portrait,
)
from edgecv.datasets.shapes_heads import RANGES, Pose, pose_of, seen
from edgecv.records.recipe import Data
from edgecv.records.samples import Boxes, Label, Mask, Samples, Values

SIZE = (128, 128)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [draw_crowd(np.random.default_rng([5, index]), SIZE) for index in range(150)]


def detection(split: str = "test", **options: Any) -> Samples:
    return load(Data("shapes", options=options), "detection", split)


def test_an_image_does_not_depend_on_the_order_of_asking() -> None:
    forwards, backwards = detection(), detection()
    first = [np.asarray(forwards.image(index)) for index in (0, 1, 2)]
    again = [np.asarray(backwards.image(index)) for index in (2, 1, 0)]
    assert all((one == other).all() for one, other in zip(first, reversed(again), strict=True))


def test_other_splits_and_seeds_show_other_scenes_and_say_so() -> None:
    samples = [detection("test"), detection("val"), detection("test", seed=1)]
    images = [np.asarray(each.image(0)).astype(int) for each in samples]
    assert len({each.digest for each in samples}) == 3
    assert all(np.abs(images[0] - other).mean() > 10 for other in images[1:])


def test_a_longer_split_begins_like_a_shorter_one() -> None:
    assert (np.asarray(detection(test=5).image(4)) == np.asarray(detection(test=500).image(4))).all()


def test_boxes_and_masks_tell_of_the_same_scene() -> None:
    boxes = detection().truth(7)
    mask = load(Data("shapes"), "segmentation", "test").truth(7)
    assert isinstance(boxes, Boxes)
    assert isinstance(mask, Mask)
    outside = np.ones(SIZE, bool)
    for x0, y0, x1, y1 in boxes.boxes.astype(int):
        outside[y0:y1, x0:x1] = False
    assert not mask.pixels[outside].any()
    assert set(np.unique(mask.pixels)) == {0, *(boxes.indices + 1)}


def test_a_box_touches_the_visible_pixels_on_all_four_sides(scenes: list[Scene]) -> None:
    for scene in scenes[:20]:
        for number, (x0, y0, x1, y1) in enumerate(visible_boxes(scene).astype(int), start=1):
            mine = scene.owner == number
            inside = mine[y0:y1, x0:x1]
            assert inside.sum() == mine.sum()
            assert all(edge.any() for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))


def test_many_objects_are_partly_hidden_and_none_is_hidden_too_far(scenes: list[Scene]) -> None:
    visible = np.concatenate([scene.visible for scene in scenes])
    assert (visible < 0.95).mean() >= 0.3
    assert visible.min() >= LEAST_VISIBLE


def test_every_class_turns_up_about_equally_often(scenes: list[Scene]) -> None:
    counts = np.bincount(np.concatenate([scene.classes for scene in scenes]), minlength=len(CLASSES))
    assert counts.min() > 0.7 * counts.mean()


def test_noise_lies_over_every_scene(scenes: list[Scene]) -> None:
    assert NOISE[0] >= 8
    # Diagonal differences of neighbours see noise and edges, and hardly a gradient; the median ignores the edges.
    images = np.stack([scene.image for scene in scenes]).astype(float)
    diagonal = (images[:, ::2, ::2] - images[:, ::2, 1::2] - images[:, 1::2, ::2] + images[:, 1::2, 1::2]) / 2
    assert np.median(np.abs(diagonal)) / 0.6745 >= 8


def test_the_label_of_a_portrait_is_the_class_of_its_largest_object() -> None:
    samples = load(Data("shapes"), "classification", "test")
    for index in range(30):
        scene = draw_portrait(np.random.default_rng([0, SPLITS.index("test"), index]), SIZE)
        areas = np.bincount(scene.owner.ravel())[1:]
        assert samples.truth(index) == Label(int(scene.classes[areas.argmax()]))


@pytest.mark.parametrize("size", [(64, 96), (256, 160)])
def test_objects_grow_with_the_image(size: tuple[int, int]) -> None:
    scene = draw_crowd(np.random.default_rng(0), size)
    boxes = visible_boxes(scene)
    assert scene.image.shape == (*size, 3)
    assert (boxes[:, 2:] <= np.array(size[::-1])).all()
    assert (boxes[:, 2:] - boxes[:, :2]).max() > 0.15 * min(size)


def test_there_is_no_sample_beyond_the_last() -> None:
    with pytest.raises(IndexError):
        detection(test=3).image(3)


def test_a_head_has_marks_that_stand_out_from_it_and_the_pose_that_is_told_before_it_is_drawn() -> None:
    samples = load(Data("shapes", options={"train": 60}), "regression", "train")
    poses = np.array([values(samples, index) for index in range(60)])
    assert samples.labels == tuple(RANGES)
    assert (np.abs(poses) <= list(RANGES.values())).all()
    assert (poses.std(axis=0) > np.array(list(RANGES.values())) / 3).all()
    assert pose_of(np.random.default_rng([0, 0, 7])) == pytest.approx(poses[7])
    assert samples.image(7).shape == (*SIZE, 3)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("pose", "moved"),
    [(Pose(30, 0, 0), (1, 0)), (Pose(-30, 0, 0), (-1, 0)), (Pose(0, 25, 0), (0, -1)), (Pose(0, -25, 0), (0, 1))],
    ids=["to the right", "to the left", "up", "down"],
)
def test_the_marks_of_a_head_go_where_it_looks(pose: Pose, moved: tuple[int, int]) -> None:
    for mark in ((-0.4, -0.3), (0.4, -0.3), (0.0, 0.45)):
        way = seen(mark, pose) - seen(mark, Pose(0, 0, 0))
        assert way @ moved > 0.2
        assert way @ moved > 2 * np.abs(way @ moved[::-1])


def test_a_head_rolls_clockwise() -> None:
    assert seen((0.0, -0.5), Pose(0, 0, 40))[0] > 0.3  # its upper end goes to the right


def values(samples: Samples, index: int) -> list[float]:
    truth = samples.truth(index)
    assert isinstance(truth, Values)
    return list(truth.numbers)


def test_an_object_stands_out_from_the_background_all_along_its_gradient() -> None:
    """Among colours as they are before textures and noise; its ends by all of CONTRAST, its middle by two thirds."""
    for index in range(40):
        canvas = Canvas(np.random.default_rng([6, index]), SIZE)
        one, other = canvas.colors()
        for color, least in ((one, CONTRAST), (other, CONTRAST), ((one + other) / 2, CONTRAST * 2 / 3)):
            assert np.abs(color - canvas.background).max(axis=1).min() >= least - 1
