"""Evaluation of real artifacts, whose accuracy is known because the network names colours and the data are colours."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.errors import InputError, Unavailable
from edgecv.evaluation import evaluate
from edgecv.metrics import detection
from edgecv.ondevice import predictions
from edgecv.ondevice.engines import ENGINES
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.regression import Regression
from edgecv.records.recipe import METRICS_OF, Accuracy
from edgecv.records.samples import Samples, Values
from tests.conftest import Need
from tests.evaluation.color_artifacts import COLORS, SIDE, color_artifact, color_samples

HOW: dict[str, Any] = {"split": "test", "device": None}
# What a network scores that is wrong in the first 12 of 60 images, 4 of 20 in each class.
FOUR_IN_FIVE = {
    "classification": 0.8,
    "detection": 0.8 * 81 / 101,  # a precision of 0.8 up to a recall of 0.8: 81 of the 101 points that are averaged
    "segmentation": 16 / 24,  # a wrong pixel is missing in one class and too much in another
    "regression": 100 * 2 / 3 / 5,  # per cent of a colour: two of three are wrong
}


@pytest.fixture(scope="module", autouse=True)
def onnx_runtime(need: Need) -> None:
    need("onnx", ENGINES["onnx"].missing())


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("artifacts")
    return {task: color_artifact(folder / task, task) for task in METRICS_OF}


def float_answers(path: Path, samples: Samples, wrong: int) -> Path:
    """Saved predictions of a float network that errs in the last `wrong` images."""
    answers = [(index + (index >= len(samples) - wrong)) % 3 for index in range(len(samples))]
    return predictions.save(path, [Classification(np.eye(3)[answer]) for answer in answers], "classification")


def test_an_error_that_grows_is_a_drop(artifacts: dict[str, Path], tmp_path: Path) -> None:
    samples = color_samples("regression", 60, mistakes=12)
    truths = [samples.truth(index) for index in range(60)]
    answers = [Regression(truth.numbers.astype(np.float32)) for truth in truths if isinstance(truth, Values)]
    perfect = predictions.save(tmp_path / "float.npz", answers, "regression")
    budget = Accuracy("mae", max_drop=5.0)
    found = evaluate(artifacts["regression"], samples, accuracy=budget, work=tmp_path, float_predictions=perfect, **HOW)
    assert (found.float_value, found.verdict) == (0.0, "fail")
    assert found.drop == pytest.approx(found.value)
    assert found.drop_ci95 is not None
    assert 5 < found.drop_ci95[0] < found.value < found.drop_ci95[1]


@pytest.mark.parametrize("task", METRICS_OF)
def test_a_network_that_is_right_four_times_in_five_scores_so(
    task: Any, artifacts: dict[str, Path], tmp_path: Path
) -> None:
    metric: Any = METRICS_OF[task][0]
    samples = color_samples(task, 60, mistakes=12)
    found = evaluate(artifacts[task], samples, accuracy=Accuracy(metric), work=tmp_path, **HOW)
    assert found.value == pytest.approx(FOUR_IN_FIVE[task])
    assert found.ci95[0] < found.value < found.ci95[1]
    assert set(found.per_class) == set(COLORS)
    assert set(found.others) == set(METRICS_OF[task]) - {metric}
    assert (found.data.digest, found.data.split, found.data.n) == (samples.digest, "test", 60)
    assert (found.verdict, found.drop, found.max_drop) == (None, None, None)


def test_perfect_boxes_score_one_at_every_size_of_image(artifacts: dict[str, Path], tmp_path: Path) -> None:
    samples = color_samples("detection", 12, sides=(SIDE, 2 * SIDE))
    found = evaluate(artifacts["detection"], samples, accuracy=Accuracy("map50_95"), work=tmp_path, **HOW)
    assert found.value == pytest.approx(1.0)
    assert found.others["map50"] == pytest.approx(1.0)


def test_images_may_be_files(artifacts: dict[str, Path], tmp_path: Path) -> None:
    drawn = color_samples("classification", 6)
    paths = [tmp_path / f"{index} with a space.png" for index in range(6)]
    for index, path in enumerate(paths):
        Image.fromarray(np.asarray(drawn.image(index))).save(path)
    samples = Samples(drawn.labels, drawn.digest, drawn.names, lambda index: paths[index], drawn.truth)
    found = evaluate(artifacts["classification"], samples, accuracy=Accuracy("top1"), work=tmp_path / "work", **HOW)
    assert found.value == 1.0


@pytest.mark.parametrize(
    ("mistakes", "float_mistakes", "verdict"),
    [(0, 0, "pass"), (90, 0, "fail"), (9, 0, "not_enough_images"), (0, 60, "pass")],
    ids=["equal", "far worse", "a little worse", "better"],
)
def test_the_verdict_comes_from_both_arms_on_the_same_images(
    mistakes: int, float_mistakes: int, verdict: str, artifacts: dict[str, Path], tmp_path: Path
) -> None:
    samples = color_samples("classification", 300, mistakes=mistakes)
    # The float network is right where the artifact is "wrong" about the first images.
    truths = [samples.truth(index) for index in range(300)]
    answers = [(getattr(truth, "index", 0) + (index >= 300 - float_mistakes)) % 3 for index, truth in enumerate(truths)]
    saved = predictions.save(
        tmp_path / "float.npz", [Classification(np.eye(3)[answer]) for answer in answers], "classification"
    )
    found = evaluate(
        artifacts["classification"],
        samples,
        accuracy=Accuracy("top1", max_drop=0.02),
        work=tmp_path / "work",
        float_predictions=saved,
        **HOW,
    )
    assert found.float_value == pytest.approx(1 - float_mistakes / 300)
    assert found.drop == pytest.approx((mistakes - float_mistakes) / 300)
    assert found.drop is not None
    assert found.drop_ci95 is not None
    assert found.drop_ci95[0] < found.drop < found.drop_ci95[1]
    assert found.verdict == verdict
    assert (found.images_needed is not None) == (verdict == "not_enough_images")


def test_a_limit_takes_images_from_the_whole_split_in_both_arms(artifacts: dict[str, Path], tmp_path: Path) -> None:
    samples = color_samples("classification", 90, mistakes=30)
    saved = float_answers(tmp_path / "float.npz", samples, wrong=0)
    found = evaluate(
        artifacts["classification"],
        samples,
        accuracy=Accuracy("top1"),
        work=tmp_path / "work",
        float_predictions=saved,
        limit=45,
        **HOW,
    )
    assert found.data.n == 45
    assert found.value == pytest.approx(2 / 3)
    assert found.drop == 0
    assert found.verdict == "not_enough_images"  # equal, but in too few images to say so


def test_float_predictions_of_other_images_are_refused(artifacts: dict[str, Path], tmp_path: Path) -> None:
    samples = color_samples("classification", 20)
    saved = float_answers(tmp_path / "float.npz", color_samples("classification", 19), wrong=0)
    with pytest.raises(InputError, match="expected predictions for all 20 images"):
        evaluate(
            artifacts["classification"],
            samples,
            accuracy=Accuracy("top1"),
            work=tmp_path,
            float_predictions=saved,
            **HOW,
        )


def test_labels_that_differ_from_the_data_are_refused(tmp_path: Path) -> None:
    artifact = color_artifact(tmp_path / "artifact", "classification", labels=("cat", "dog", "cow"))
    with pytest.raises(InputError, match="made for the labels cat, dog, cow; the data has red, green, blue"):
        evaluate(artifact, color_samples("classification", 3), accuracy=Accuracy("top1"), work=tmp_path, **HOW)


def test_a_metric_of_another_task_is_refused(artifacts: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected one of top1 for classification, got 'miou'"):
        evaluate(
            artifacts["classification"],
            color_samples("classification", 3),
            accuracy=Accuracy("miou"),
            work=tmp_path,
            **HOW,
        )


def test_what_scoring_needs_is_asked_for_before_anything_runs(
    artifacts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "missing", lambda: "pip install 'edgecv[evaluate]'")
    work = tmp_path / "work"
    with pytest.raises(Unavailable, match="evaluate"):
        evaluate(artifacts["detection"], color_samples("detection", 3), accuracy=Accuracy("map50"), work=work, **HOW)
    assert not work.exists()


def test_a_damaged_artifact_is_named(tmp_path: Path) -> None:
    artifact = color_artifact(tmp_path / "artifact", "classification")
    (artifact / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(InputError, match=r"model\.onnx"):
        evaluate(artifact, color_samples("classification", 3), accuracy=Accuracy("top1"), work=tmp_path / "w", **HOW)
