"""`edgecv convert`: what is proven is written, whatever becomes of the other builds."""

import dataclasses
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv import parity
from edgecv.cli.main import main
from edgecv.errors import GateRefused
from edgecv.hosts import local
from edgecv.parity import Blame, NotTheNetwork
from edgecv.records.artifact import open_artifact, open_sealed
from edgecv.targets import TARGETS
from tests.conftest import Need

SIDE = 24
LABELS = ("dark", "bright")


@pytest.fixture(scope="module")
def grower(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A network with a layer that tflite-runtime refuses in one precision, as words of the command."""
    folder = tmp_path_factory.mktemp("grower")
    rng = np.random.default_rng(0)
    (folder / "photos").mkdir()
    for number in range(84):
        photo = rng.integers(0, 90, (SIDE, SIDE, 3)) + 160 * (number % 2)
        Image.fromarray(photo.astype(np.uint8)).save(folder / f"photos/{number}.png")
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    (folder / "preprocess.yaml").write_text(f"size: [{SIDE}, {SIDE}]\n")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy")  # Keras, of its own arrays
        _save_network(folder / "grower.keras")
    options = {"--labels": "labels.txt", "--preprocess": "preprocess.yaml", "--calibration": "photos"}
    words = [word for option, name in options.items() for word in (option, str(folder / name))]
    return ["convert", str(folder / "grower.keras"), "--task", "classification", *words]


def _save_network(path: Path) -> None:
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    pixels = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(16, 3, strides=2, activation="relu")(pixels)
    x = layers.Conv2DTranspose(16, 3, strides=2, activation="relu")(x)
    x = layers.Conv2D(16, 3, strides=2, activation="relu")(x)
    keras.Model(pixels, layers.Dense(len(LABELS))(layers.GlobalAveragePooling2D()(x))).save(path)


def test_a_precision_that_the_device_refuses_takes_no_other_with_it(
    grower: list[str], tmp_path: Path, need: Need, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("tflite", TARGETS["tflite"].missing())
    command = [*grower, "--device", "raspberry_pi_3", "--precision", "auto", "--target", "tflite"]
    assert main([*command, "--out", str(tmp_path / "made")]) == 3
    said = capsys.readouterr().err
    reason = "TRANSPOSE_CONV with int8 weights for float32 values: tflite-runtime refuses it"
    assert f"build     tflite-dynamic: not built: grower: dynamic: {reason}" in said
    made = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert made == ["tflite-float16", "tflite-float32", "tflite-int16x8", "tflite-int8"]
    for name in made:
        open_sealed(tmp_path / "made" / name)

    started: list[str] = []
    real = local.run_module

    def run_module(module: str, arguments: Sequence[object], **options: Any) -> None:
        started.append(module)
        real(module, arguments, **options)

    monkeypatch.setattr(local, "run_module", run_module)
    assert main([*command, "--out", str(tmp_path / "again")]) == 3
    assert started == [
        "edgecv.targets"
    ]  # the refused build alone: neither the export nor the others were made for nothing


def test_an_artifact_that_is_another_network_takes_no_other_with_it(
    grower: list[str], tmp_path: Path, need: Need, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("onnx", TARGETS["onnx"].missing())
    real = parity.check

    def check(draft: Path, exported: Path, **options: object) -> parity.Checked:
        if open_artifact(draft).manifest.precision == "float32":
            raise NotTheNetwork("another network", Blame(*(["artifact"] + [""] * (len(dataclasses.fields(Blame)) - 1))))
        return real(draft, exported, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(parity, "check", check)
    command = [*grower, "--target", "onnx", "--out"]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main([*command, ".", "--precision", "float32", "--precision", "int8"]) == GateRefused.exit_code
    assert "build     onnx-float32: not built: another network" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["onnx-int8"]
    assert (tmp_path / "here.log").is_file()

    assert main([*command, str(tmp_path / "alone"), "--precision", "float32"]) == GateRefused.exit_code
    assert capsys.readouterr().err.endswith("another network\n")
    assert not (tmp_path / "alone").exists()
