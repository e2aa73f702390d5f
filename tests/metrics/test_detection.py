"""Mean average precision: COCO's own number, and the same number from the cached matches."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from edgecv.metrics import detection
from edgecv.metrics.coco import _annotations
from edgecv.ondevice.tasks.detection import Detection
from edgecv.records.samples import Boxes

LABELS = ("disc", "square", "star", "never shown")
EQUAL = 1e-9  # both sides do the same arithmetic in float64


def scene(rng: np.random.Generator, objects: int, strays: int) -> tuple[Detection, Boxes]:
    """Objects found with some error or not at all, and detections of nothing."""
    corners = rng.uniform(0, 80, (objects, 2))
    boxes = np.hstack([corners, corners + rng.uniform(10, 40, (objects, 2))])
    indices = rng.integers(0, 3, objects)
    found = rng.random(objects) < 0.8
    shaken = boxes[found] + rng.normal(0, 1, (int(found.sum()), 4))
    nowhere = rng.uniform(0, 60, (strays, 2))
    guesses = np.vstack([shaken, np.hstack([nowhere, nowhere + 20])]).astype(np.float32)
    scores = rng.random(len(guesses)).astype(np.float32).round(2)  # so that some are equal
    classes = np.concatenate([indices[found], rng.integers(0, 4, strays)])
    return Detection(guesses, scores, classes), Boxes(boxes.astype(np.float32), indices)


@pytest.fixture(scope="module")
def scenes() -> list[tuple[Detection, Boxes]]:
    rng = np.random.default_rng(1)
    images = [scene(rng, int(rng.integers(1, 6)), int(rng.integers(0, 4))) for _ in range(40)]
    images += [scene(rng, 0, 3), scene(rng, 3, 0), scene(rng, 0, 0)]  # without truth, and with next to no detections
    images.append((Detection(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)), scene(rng, 4, 0)[1]))
    images.append(scene(rng, 4, 250))  # more than COCO looks at
    return images


def scored(scenes: Sequence[tuple[Detection, Boxes]]) -> detection.Found:
    predictions, truths = zip(*scenes, strict=True)
    return detection.score(predictions, truths, LABELS)


def by_the_book(scenes: Sequence[tuple[Detection, Boxes]]) -> Any:
    """What COCOeval prints as its twelve figures, all settings untouched."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        tables = COCO(), COCO()
        for table, side in zip(tables, (1, 0), strict=True):
            table.dataset = {
                "images": [{"id": image} for image in range(len(scenes))],
                "categories": [{"id": index} for index in range(len(LABELS))],
                "annotations": _annotations([each[side] for each in scenes]),
            }
            table.createIndex()
        evaluation = COCOeval(*tables, iouType="bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


def test_the_values_are_those_that_coco_prints(scenes: list[tuple[Detection, Boxes]]) -> None:
    values, stats = scored(scenes).values, by_the_book(scenes)
    assert 0.1 < stats[0] < 0.9
    assert values["map50_95"] == pytest.approx(stats[0], abs=EQUAL)
    assert values["map50"] == pytest.approx(stats[1], abs=EQUAL)


def test_every_image_drawn_once_gives_the_value_itself(scenes: list[tuple[Detection, Boxes]]) -> None:
    found = scored(scenes)
    for metric, value in found.values.items():
        assert found.redrawn(np.ones((1, len(scenes))), metric)[0] == pytest.approx(value, abs=EQUAL)


def test_images_drawn_again_count_as_if_they_stood_there_again(scenes: list[tuple[Detection, Boxes]]) -> None:
    drawn = np.random.default_rng(2).multinomial(len(scenes), np.full(len(scenes), 1 / len(scenes)))
    repeated = [each for each, times in zip(scenes, drawn, strict=True) for _ in range(times)]
    expected = by_the_book(repeated)[0]
    assert scored(scenes).redrawn(drawn[None].astype(float), "map50_95")[0] == pytest.approx(expected, abs=EQUAL)


def test_a_class_that_is_never_shown_has_no_part_in_the_mean(scenes: list[tuple[Detection, Boxes]]) -> None:
    per_class = scored(scenes).per_class("map50")
    assert per_class["never shown"] is None
    known = [value for value in per_class.values() if value is not None]
    assert np.mean(known) == pytest.approx(scored(scenes).values["map50"])


def test_perfect_detections_score_one_and_none_score_zero(scenes: list[tuple[Detection, Boxes]]) -> None:
    truths = [truth for _, truth in scenes]
    perfect = [Detection(truth.boxes, np.ones(len(truth.boxes)), truth.indices) for truth in truths]
    nothing = [Detection(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)) for _ in truths]
    assert detection.score(perfect, truths, LABELS).values["map50_95"] == pytest.approx(1.0)
    assert detection.score(nothing, truths, LABELS).values["map50_95"] == 0.0


def test_without_any_truth_there_is_no_value() -> None:
    empty = Boxes(np.zeros((0, 4)), np.zeros(0, int))
    guess = Detection(np.array([[0.0, 0, 9, 9]]), np.ones(1), np.zeros(1, int))
    assert np.isnan(detection.score([guess], [empty], LABELS).values["map50"])


def test_the_paired_interval_is_narrower_than_that_of_one_arm(scenes: list[tuple[Detection, Boxes]]) -> None:
    rng = np.random.default_rng(3)
    shaken = [
        (Detection(found.boxes + rng.normal(0, 0.3, found.boxes.shape), found.scores, found.indices), truth)
        for found, truth in scenes
    ]
    reference, arm = scored(scenes), scored(shaken)
    alone, paired = arm.interval("map50_95"), arm.drop_interval(reference, "map50_95")
    drop = reference.values["map50_95"] - arm.values["map50_95"]
    assert alone[0] < arm.values["map50_95"] < alone[1]
    assert paired[0] <= drop <= paired[1]
    assert paired[1] - paired[0] < 0.6 * (alone[1] - alone[0])


def test_nothing_is_printed(scenes: list[tuple[Detection, Boxes]], capfd: pytest.CaptureFixture[str]) -> None:
    scored(scenes)
    assert capfd.readouterr() == ("", "")
