import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice import load
from edgecv.ondevice.decoding import ImageInput
from edgecv.ondevice.tasks.classification import Classification
from edgecv.records.preprocess import Preprocess
from tests.ondevice.fakes import bright_cell_detector, install, make_artifact, mean_color_classifier

RED, BLUE = np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16, 3), np.uint8)
RED[..., 0] = BLUE[..., 2] = 255
DETECTOR = {"head": "anchor_free", "strides": [8]}


@pytest.fixture
def classifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install(monkeypatch, mean_color_classifier)
    return make_artifact(tmp_path / "artifact", "classification", Preprocess((8, 8)))


def test_predict_takes_every_kind_of_image(classifier: Path, tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    Image.fromarray(RED).save(path)
    with load(classifier) as predictor:
        for image in (path, str(path), path.read_bytes(), Image.fromarray(RED), RED):
            prediction = predictor.predict(image)
            assert isinstance(prediction, Classification)
            assert prediction.scores.argmax() == 0


def test_a_list_is_predicted_in_order_with_the_time_of_every_stage(classifier: Path) -> None:
    images = [RED, BLUE, BLUE, RED, BLUE, RED, RED]
    with load(str(classifier)) as predictor:
        predicted = list(predictor.predict_all(images))
    assert [each.prediction.scores.argmax() for each in predicted] == [0, 1, 1, 0, 1, 0, 0]
    assert all(each.source is image for each, image in zip(predicted, images, strict=True))
    assert all(min(each[2:]) >= 0 for each in predicted)
    assert predicted[0]._fields[2:] == ("decode_ms", "preprocess_ms", "invoke_ms", "postprocess_ms")


def test_no_images_give_no_predictions(classifier: Path) -> None:
    with load(classifier) as predictor:
        assert list(predictor.predict_all([])) == []


def test_an_unreadable_image_is_raised_in_its_turn(classifier: Path, tmp_path: Path) -> None:
    with load(classifier) as predictor:
        coming = predictor.predict_all([RED, BLUE, tmp_path / "absent.jpg", RED])
        assert next(coming).source is RED
        assert next(coming).source is BLUE
        with pytest.raises(InputError, match=r"absent\.jpg: no such file"):
            next(coming)


def test_one_broken_photo_does_not_lose_the_others(classifier: Path) -> None:
    left_out: list[tuple[ImageInput, str]] = []
    with load(classifier) as predictor:
        predicted = list(
            predictor.predict_all(
                [b"", RED, b"x", BLUE], on_error=lambda image, error: left_out.append((image, str(error)))
            )
        )
    assert [each.prediction.scores.argmax() for each in predicted] == [0, 1]
    assert [image for image, _ in left_out] == [b"", b"x"]
    assert "empty" in left_out[0][1]


def test_a_bug_is_not_taken_for_a_broken_photo(classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with load(classifier) as predictor:
        monkeypatch.setattr(predictor.engine, "encode", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            list(predictor.predict_all([RED], on_error=lambda *_: None))


def test_decoding_overlaps_with_the_network(classifier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten images at 20 ms of preparation and 20 ms of inference each: in turn they would take 400 ms."""
    install(monkeypatch, mean_color_classifier, invoke_s=0.02)
    with load(classifier) as predictor:
        encode = predictor.engine.encode

        def slow_encode(images: np.ndarray) -> np.ndarray:
            time.sleep(0.02)
            encoded: np.ndarray = encode(images)
            return encoded

        monkeypatch.setattr(predictor.engine, "encode", slow_encode)
        start = time.perf_counter()
        predicted = list(predictor.predict_all([RED] * 10))
        wall_ms = (time.perf_counter() - start) * 1000
    prepare_ms = sum(each.decode_ms + each.preprocess_ms for each in predicted)
    answer_ms = sum(each.invoke_ms + each.postprocess_ms for each in predicted)
    assert prepare_ms > 200
    assert answer_ms > 200
    assert wall_ms < 0.75 * (prepare_ms + answer_ms)  # ideal is 0.55; the rest is for busy machines


def test_images_are_not_decoded_far_ahead(classifier: Path) -> None:
    asked = 0

    def endless() -> Iterator[np.ndarray]:
        nonlocal asked
        while True:
            asked += 1
            yield RED

    with load(classifier) as predictor:
        coming = predictor.predict_all(endless())
        for _ in range(5):
            next(coming)
        coming.close()  # type: ignore[attr-defined]
    assert asked <= 5 + 3


def test_settings_can_be_replaced_for_a_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, bright_cell_detector)
    folder = make_artifact(tmp_path / "detector", "detection", Preprocess((16, 16)), DETECTOR)
    white = np.full((16, 16, 3), 255, np.uint8)
    with load(folder) as predictor:
        assert len(predictor.predict(white).scores) == 4
    with load(folder, postprocess={"max_detections": 2}) as predictor:
        assert len(predictor.predict(white).scores) == 2
    with load(folder, postprocess={"score_threshold": 0.99}) as predictor:
        assert len(predictor.predict(white).scores) == 0


def test_a_setting_that_the_task_does_not_have_is_refused(
    classifier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="classification has none to replace, got 'nms_iou'"):
        load(classifier, postprocess={"nms_iou": 0.5})
    folder = make_artifact(tmp_path / "detector", "detection", Preprocess((16, 16)), DETECTOR)
    with pytest.raises(InputError, match=r"got 'score_treshold'; did you mean 'score_threshold'\?"):
        load(folder, postprocess={"score_treshold": 0.5})


def test_an_artifact_without_parity_is_refused(tmp_path: Path) -> None:
    folder = make_artifact(tmp_path / "artifact", "classification", Preprocess((8, 8)), sealed=False)
    with pytest.raises(InputError, match="has not passed parity"):
        load(folder)


def test_an_unknown_task_is_named(tmp_path: Path) -> None:
    folder = make_artifact(tmp_path / "artifact", "captioning", Preprocess((8, 8)))
    with pytest.raises(InputError, match="task: expected one of classification, detection, segmentation, regression"):
        load(folder)


def test_threads_reach_the_engine_and_closing_closes_it(classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = install(monkeypatch, mean_color_classifier)
    with load(classifier, threads=3):
        assert not module.opened[0].closed
    assert module.options[0].threads == 3
    assert module.opened[0].closed
