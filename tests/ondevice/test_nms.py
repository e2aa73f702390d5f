import numpy as np
import pytest

from edgecv.ondevice.nms import strongest, suppress


def plain(boxes: np.ndarray, indices: np.ndarray, iou: float, most: int) -> list[int]:
    """The textbook loop over single boxes."""
    kept: list[int] = []
    for candidate in range(len(boxes)):
        if not any(indices[k] == indices[candidate] and overlap(boxes[k], boxes[candidate]) > iou for k in kept):
            kept.append(candidate)
    return kept[:most]


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union if union else 0.0


def random_boxes(count: int, seed: int, grid: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes on whole numbers, so that equal boxes and equal overlaps occur; float64 keeps both ways exact."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, grid, (count, 2))
    return np.hstack([corners, corners + rng.integers(0, grid // 2, (count, 2))]).astype(float), rng.integers(
        0, 3, count
    )


@pytest.mark.parametrize("iou", [0.0, 0.3, 0.55, 0.99])
@pytest.mark.parametrize("count", [0, 1, 2, 100, 300, 600])
def test_suppression_equals_the_textbook_loop(count: int, iou: float) -> None:
    for seed, grid in ((0, 8), (1, 40)):
        boxes, indices = random_boxes(count, seed, grid)
        for most in (5, 10_000):
            assert suppress(boxes, indices, iou, most).tolist() == plain(boxes, indices, iou, most)


@pytest.mark.parametrize("classes", [1, 40])
def test_suppression_equals_the_textbook_loop_where_objects_are_far_apart(classes: int) -> None:
    rng = np.random.default_rng(2)
    centres = np.repeat(rng.uniform(0, 640, (90, 2)), 8, axis=0) + rng.normal(0, 3, (720, 2))
    sides = rng.uniform(10, 60, (720, 2))
    boxes, indices = np.hstack([centres - sides / 2, centres + sides / 2]), rng.integers(0, classes, 720)
    for iou in (0.0, 0.3, 0.6):
        assert suppress(boxes, indices, iou, 1000).tolist() == plain(boxes, indices, iou, 1000)


def test_boxes_without_area_or_inside_out_are_left_alone() -> None:
    boxes = np.array([[5.0, 5, 5, 5], [5, 5, 5, 5], [9, 9, 1, 1], [0, 0, 10, 10]])
    assert suppress(boxes, np.zeros(4, int), 0.5, 10).tolist() == [0, 1, 2, 3]


def test_a_long_chain_of_overlaps_is_resolved_in_order() -> None:
    """Each box overlaps with the next alone: every second survives, however long the chain."""
    left = np.arange(700.0) * 4
    boxes = np.stack([left, np.zeros(700), left + 7, np.ones(700)], axis=1)
    assert suppress(boxes, np.zeros(700, int), 0.2, 1000).tolist() == list(range(0, 700, 2))


def test_boxes_of_other_classes_do_not_suppress() -> None:
    boxes = np.tile([[0.0, 0, 10, 10]], (4, 1))
    assert suppress(boxes, np.array([0, 1, 0, 1]), 0.5, 10).tolist() == [0, 1]


@pytest.mark.parametrize("most", [1, 10, 99, 100, 500])
def test_the_strongest_come_best_first_and_ties_keep_their_order(most: int) -> None:
    scores = np.random.default_rng(0).integers(0, 10, 100).astype(np.float32)
    expected = sorted(range(100), key=lambda position: (-scores[position], position))[:most]
    assert strongest(scores, most).tolist() == expected


def test_nothing_has_no_strongest() -> None:
    assert strongest(np.empty(0, np.float32), 10).tolist() == []
