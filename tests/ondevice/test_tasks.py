import json
from collections.abc import Mapping

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.ondevice.images import Placement, fit
from edgecv.ondevice.tasks import TASKS
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.regression import Regression
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.artifact import Manifest
from edgecv.records.preprocess import Preprocess
from edgecv.records.samples import VOID

UNMOVED = Placement((32, 32), (1.0, 1.0), (0, 0))
DETECTOR = {"head": "anchor_free", "strides": [8]}


def manifest(
    task: str, postprocess: Mapping[str, object] | None = None, preprocess: Preprocess | None = None
) -> Manifest:
    return Manifest(
        name="network",
        task=task,
        target="tflite",
        precision="float32",
        labels=("cat", "dog", "cow"),
        preprocess=preprocess or Preprocess((32, 32)),
        postprocess=postprocess or {},
        inputs=(),
        outputs=(),
        model="model",
    )


def test_classification_turns_logits_into_shares_of_one() -> None:
    logits = np.array([[1000.0, 1001.0, 0.0]], np.float32)  # naive exponentials would overflow
    scores = TASKS["classification"].postprocess({"logits": logits}, manifest("classification"), UNMOVED).scores
    np.testing.assert_allclose(scores, [1 / (1 + np.e), np.e / (1 + np.e), 0], rtol=1e-5)


def test_a_network_that_ends_in_a_softmax_is_left_alone() -> None:
    given = np.array([[0.2, 0.7, 0.1]], np.float32)
    said = manifest("classification", {"activation": "none"})
    assert (TASKS["classification"].postprocess({"logits": given}, said, UNMOVED).scores == given[0]).all()
    with pytest.raises(InputError, match=r"postprocess\.activation: expected one of softmax, none, got 'relu'"):
        TASKS["classification"].postprocess(
            {"logits": given}, manifest("classification", {"activation": "relu"}), UNMOVED
        )


def test_classes_are_described_best_first() -> None:
    prediction = Classification(np.array([0.1, 0.2, 0.05, 0.3, 0.15, 0.2], np.float32))
    described = TASKS["classification"].describe(prediction, ["a", "b", "c", "d"])  # two classes have no label
    assert [each["label"] for each in described["classes"]] == ["d", "b", "5", "4", "a"]
    assert described["classes"][0] == {"index": 3, "label": "d", "score": 0.3}
    assert TASKS["classification"].headline(prediction, ["a", "b", "c", "d"]) == "d 0.30, b 0.20"


def raw_detection() -> dict[str, np.ndarray]:
    """Two cells for one dog, and a cat whose centre lies in the top left cell."""
    cls = np.full((1, 4, 4, 3), -9.0, np.float32)
    cls[0, 1, 1, 1], cls[0, 1, 2, 1], cls[0, 0, 0, 0] = 3.0, 2.0, 1.0
    box = np.zeros((1, 4, 4, 4), np.float32)
    box[0, 1, 2] = np.log([2, 1, 0.125, 1])
    return {"cls": cls, "box": box}


def test_detection_keeps_the_better_of_two_boxes_for_one_object() -> None:
    found = TASKS["detection"].postprocess(raw_detection(), manifest("detection", DETECTOR), UNMOVED)
    np.testing.assert_allclose(found.boxes, [[4, 4, 20, 20], [0, 0, 12, 12]])
    assert found.indices.tolist() == [1, 0]
    assert (np.diff(found.scores) < 0).all()


def test_detection_obeys_its_settings() -> None:
    def found(**settings: float) -> Detection:
        said = manifest("detection", {**DETECTOR, **settings})
        prediction: Detection = TASKS["detection"].postprocess(raw_detection(), said, UNMOVED)
        return prediction

    assert len(found(score_threshold=0.9).scores) == 1
    assert len(found(nms_iou=0.95).scores) == 3
    assert len(found(max_detections=1).scores) == 1


def test_detections_are_told_in_pixels_of_the_original() -> None:
    preprocess = Preprocess((32, 32), "letterbox")
    _, placement = fit(np.zeros((100, 200, 3), np.uint8), preprocess)  # scale 0.16, 8 rows of padding above
    found = TASKS["detection"].postprocess(raw_detection(), manifest("detection", DETECTOR, preprocess), placement)
    np.testing.assert_allclose(found.boxes, [[25, 0, 125, 75], [0, 0, 75, 25]], rtol=1e-5)


def test_boxes_beside_the_image_are_dropped() -> None:
    raw = raw_detection()
    raw["box"][:] = -4  # tiny, so that the cat's lies wholly in the padding
    _, placement = fit(np.zeros((100, 200, 3), np.uint8), Preprocess((32, 32), "letterbox"))
    found = TASKS["detection"].postprocess(raw, manifest("detection", DETECTOR), placement)
    assert found.indices.tolist() == [1, 1]


def test_an_unknown_head_is_named() -> None:
    with pytest.raises(InputError, match=r"postprocess\.head: expected one of anchor_free, decoded, .*, got 'fcos'"):
        TASKS["detection"].postprocess(raw_detection(), manifest("detection", {"head": "fcos"}), UNMOVED)


def test_nothing_found_is_described_as_nothing() -> None:
    raw = raw_detection()
    raw["cls"][:] = np.nan  # a broken network finds nothing, rather than everything
    found = TASKS["detection"].postprocess(raw, manifest("detection", DETECTOR), UNMOVED)
    assert found.boxes.shape == (0, 4)
    assert TASKS["detection"].describe(found, ["cat"]) == {"objects": []}
    assert TASKS["detection"].headline(found, ["cat"]) == "nothing found"


def test_objects_are_described_with_their_boxes() -> None:
    prediction = Detection(
        np.array([[1, 2, 3.3333, 4]], np.float32), np.array([0.5], np.float32), np.array([1], np.int64)
    )
    described = TASKS["detection"].describe(prediction, ["cat", "dog"])
    assert described == {"objects": [{"index": 1, "label": "dog", "score": 0.5, "box": [1.0, 2.0, 3.33, 4.0]}]}
    assert json.loads(json.dumps(described)) == described


def test_a_mask_at_half_resolution_is_interpolated_between_pixel_centres() -> None:
    logits = np.zeros((1, 1, 2, 2), np.float32)
    logits[0, 0, :, 1] = [-1, 3]  # class 1 wins where the line between the two centres is above zero
    said = manifest("segmentation", preprocess=Preprocess((1, 16)))
    mask = TASKS["segmentation"].postprocess({"logits": logits}, said, Placement((1, 16), (1, 1), (0, 0))).mask
    # The centres are at 4 and 12 of 16: the line crosses zero at 6, so pixel 6, centred on 6.5, is the first above.
    assert mask.tolist() == [[0] * 6 + [1] * 10]


def test_upsampling_equals_interpolation_by_hand() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(1, 5, 7, 4)).astype(np.float32)
    size = (12, 30)
    rows = np.clip((np.arange(12) + 0.5) * 5 / 12 - 0.5, 0, 4)
    columns = np.clip((np.arange(30) + 0.5) * 7 / 30 - 0.5, 0, 6)
    expected = np.zeros((*size, 4))
    for i, y in enumerate(rows):
        for j, x in enumerate(columns):
            y0, x0 = int(y), int(x)
            y1, x1 = min(y0 + 1, 4), min(x0 + 1, 6)
            above = logits[0, y0, x0] * (1 - (x - x0)) + logits[0, y0, x1] * (x - x0)
            below = logits[0, y1, x0] * (1 - (x - x0)) + logits[0, y1, x1] * (x - x0)
            expected[i, j] = above * (1 - (y - y0)) + below * (y - y0)
    said = manifest("segmentation", preprocess=Preprocess(size))
    mask = TASKS["segmentation"].postprocess({"logits": logits}, said, Placement(size, (1.0, 1.0), (0, 0))).mask
    assert (mask == expected.argmax(-1)).all()
    assert mask.dtype == np.uint8


@pytest.mark.parametrize("resize", ["letterbox", "stretch", "crop"])
@pytest.mark.parametrize("original", [(100, 200), (90, 31), (20, 24), (64, 48)], ids=str)
def test_a_mask_comes_back_to_the_place_it_came_from(resize, original: tuple[int, int]) -> None:
    """The left half of the image is white; the network is an oracle that labels white pixels."""
    image = np.zeros((*original, 3), np.uint8)
    image[:, : original[1] // 2] = 255
    preprocess = Preprocess((64, 48), resize)
    pixels, placement = fit(image, preprocess)
    logits = np.stack([np.zeros(pixels.shape[:2]), pixels[..., 0] - 127.0], axis=-1)[np.newaxis].astype(np.float32)
    mask = (
        TASKS["segmentation"]
        .postprocess({"logits": logits}, manifest("segmentation", None, preprocess), placement)
        .mask
    )
    assert mask.shape == original
    seen = mask != VOID
    assert seen.all() or resize == "crop"
    assert seen.mean() > 0.2
    wrong = (mask != (image[..., 0] > 0)) & seen
    assert wrong.any(axis=0).sum() <= np.ceil(1 / placement.scale[1])  # at most the edge moves, by one network pixel


def test_areas_are_shares_of_the_whole_image() -> None:
    prediction = Segmentation(np.array([[0, 0, 1, VOID]], np.uint8))
    described = TASKS["segmentation"].describe(prediction, ["road", "sky", "car"])
    assert described == {"mask": None, "areas": {"road": 0.5, "sky": 0.25, "car": 0.0}}
    assert TASKS["segmentation"].headline(prediction, ["road", "sky", "car"]) == "road 50%, sky 25%"


def test_values_get_the_units_that_they_were_learnt_in() -> None:
    learnt = {"mean": [10.0, 0.0, 5.0], "std": [2.0, 1.0, 0.5]}
    given = {"values": np.array([[1.0, -3.0, 0.0]], np.float32)}
    assert TASKS["regression"].postprocess(given, manifest("regression", learnt), UNMOVED).values.tolist() == [
        12,
        -3,
        5,
    ]
    assert TASKS["regression"].postprocess(given, manifest("regression"), UNMOVED).values.tolist() == [1, -3, 0]


def test_values_are_described_by_their_names() -> None:
    prediction = Regression(np.array([12.345678, -0.0004, 1e7], np.float32))
    described = TASKS["regression"].describe(prediction, ["yaw", "pitch", "roll"])
    assert json.loads(json.dumps(described)) == {"values": {"yaw": 12.3457, "pitch": -0.0004, "roll": 1e7}}
    assert TASKS["regression"].headline(prediction, ["yaw", "pitch", "roll"]) == "yaw 12.3, pitch -0.0004, roll 1e+07"
