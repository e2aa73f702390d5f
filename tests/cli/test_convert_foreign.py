"""`edgecv convert` of networks that edgecv never trained: a few files stand in for a recipe."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.cli.main import main
from edgecv.records.artifact import open_sealed
from edgecv.targets import TARGETS
from tests.conftest import Need

COLOURS = {"red": (200, 40, 40), "green": (40, 200, 40), "blue": (40, 40, 200)}
SIDE = 24


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody might bring: two networks, their labels, and photos in a folder for each class."""
    folder = tmp_path_factory.mktemp("elsewhere")
    images = {name: _photos(name, 30) for name in COLOURS}
    for name, photos in images.items():
        (folder / "photos" / name).mkdir(parents=True)
        for number, photo in enumerate(photos):
            Image.fromarray(photo).save(folder / f"photos/{name}/{number}.png")
    (folder / "labels.txt").write_text("\n".join(COLOURS) + "\n")
    (folder / "preprocess.yaml").write_text(f"size: [{SIDE}, {SIDE}]\n")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy")  # Keras, of its own arrays
        _classifier(np.concatenate(list(images.values()))).save(folder / "colours.keras")
        _detector().save(folder / "finder.keras")
    (folder / "finder.yaml").write_text(
        "head: decoded\n"
        "boxes: {output: boxes, format: center_xywh, unit: share}\n"
        "scores: {output: scores, activation: sigmoid}\n"
    )
    return folder


def _photos(name: str, count: int) -> np.ndarray:
    rng = np.random.default_rng(list(COLOURS).index(name))
    noise = rng.normal(scale=40, size=(count, SIDE, SIDE, 3))
    return (np.array(COLOURS[name]) + noise).clip(0, 255).astype(np.uint8)


def _classifier(images: np.ndarray) -> Any:
    """A network with softmax at its end, as most tutorials make it."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(len(COLOURS), activation="softmax"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    network.fit(images / 255.0, np.repeat(np.arange(len(COLOURS)), 30), epochs=15, verbose=0)
    return network


def _detector() -> Any:
    """A network that gives one candidate a cell: a box as shares of the image, and a logit for each class."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    pixels = keras.Input((SIDE, SIDE, 3))
    cells = layers.Conv2D(8, 3, strides=4, padding="same", activation="relu")(pixels)
    boxes = layers.Reshape((-1, 4))(layers.Conv2D(4, 1, activation="sigmoid")(cells))
    scores = layers.Reshape((-1, len(COLOURS)))(layers.Conv2D(len(COLOURS), 1, kernel_initializer="he_normal")(cells))
    return keras.Model(pixels, {"boxes": boxes, "scores": scores})


def described(folder: Path, task: str) -> list[str]:
    names = {"--labels": "labels.txt", "--preprocess": "preprocess.yaml", "--calibration": "photos"}
    return ["--task", task, *(word for option, name in names.items() for word in (option, str(folder / name)))]


def predicted(artifact: Path, image: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    assert main(["predict", str(artifact), str(image), "--json"]) == 0
    return json.loads(capsys.readouterr().out)["predictions"][0]


def test_a_classifier_that_ends_in_softmax(
    elsewhere: Path, tmp_path: Path, need: Need, capsys: pytest.CaptureFixture[str]
) -> None:
    need("tflite", TARGETS["tflite"].missing())
    out = tmp_path / "made"
    arguments = ["--target", "tflite", "--precision", "float32", "--precision", "int8", "--out", str(out)]
    assert main(["convert", str(elsewhere / "colours.keras"), *arguments, *described(elsewhere, "classification")]) == 0
    for name in ("tflite-float32", "tflite-int8"):
        manifest = open_sealed(out / name).manifest
        assert manifest.labels == tuple(COLOURS)
        assert manifest.postprocess == {"activation": "softmax"}
        assert not manifest.warnings
        seen = predicted(out / name, elsewhere / "photos/green/0.png", capsys)["classes"]
        assert seen[0]["label"] == "green"
        assert sum(each["score"] for each in seen) == pytest.approx(1, abs=1e-4)  # softmax was applied, and once


def test_a_detector_with_a_head_of_its_own_and_few_images(
    elsewhere: Path, tmp_path: Path, need: Need, capsys: pytest.CaptureFixture[str]
) -> None:
    need("onnx", TARGETS["onnx"].missing())
    few = tmp_path / "few"
    few.mkdir()
    for name in COLOURS:
        for number in range(15):
            (few / f"{name}{number}.png").symlink_to(elsewhere / f"photos/{name}/{number}.png")
    out = tmp_path / "finder"
    command = ["convert", str(elsewhere / "finder.keras"), "--target", "onnx", "--precision", "int8", "--out", str(out)]
    command += [*described(elsewhere, "detection"), "--postprocess", str(elsewhere / "finder.yaml")]
    command += ["--calibration", str(few)]
    assert main(command) == 3
    assert "expected at least 82 images, got 45" in capsys.readouterr().err
    assert main([*command, "--allow-tiny-calibration"]) == 0
    manifest = open_sealed(out).manifest
    assert any("calibrated with 13 images only" in warning for warning in manifest.warnings)
    assert {tensor.name: tensor.meaning for tensor in manifest.outputs} == {
        "boxes": "center_xywh in share",
        "scores": "one score a class",
    }
    found = predicted(out, elsewhere / "photos/red/0.png", capsys)["objects"]
    assert found
    for each in found:
        assert each["label"] in COLOURS
        assert all(0 <= edge <= SIDE for edge in each["box"])


def test_labels_of_another_number_are_refused_with_both_shapes(
    elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.txt").write_text("red\ngreen\n")
    arguments = ["--target", "onnx", "--precision", "float32", "--out", str(tmp_path / "made")]
    command = ["convert", str(elsewhere / "colours.keras"), *arguments, *described(elsewhere, "classification")]
    assert main([*command, "--labels", str(tmp_path / "labels.txt")]) == 3
    assert "expected logits (1, 2), got logits (1, 3)" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
