"""Every mistake gets its exit code, a message that names the place and the cure, and leaves nothing behind."""

import dataclasses
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.cli import predict
from edgecv.cli.main import main
from edgecv.documents import to_plain
from edgecv.records.artifact import open_artifact
from edgecv.records.files import write_json
from tests.ondevice import models
from tests.report import examples

RECIPE = """\
summary: a recipe to be broken
task: detection
data: {format: shapes, train: 100, val: 4, test: 4}
preprocess: {size: [128, 128]}
model: {name: tiny_detector}
training: {epochs: 1}
calibration: {images: 50}
builds: [{target: onnx, precision: float32}]
accuracy: {metric: map50_95}
"""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good things, for each test to copy and break one of."""
    folder = tmp_path_factory.mktemp("good")
    models.artifact("onnx", folder / "artifact")
    models.artifact("tensorrt", folder / "for_a_gpu")
    (folder / "recipe.yaml").write_text(RECIPE)
    Image.fromarray(models.pictures(1)[0]).save(folder / "photo.png")
    (folder / "empty").mkdir()
    (folder / "network.keras").write_bytes(b"never opened: all else is checked before it")
    (folder / "labels.txt").write_text("cat\ndog\n")
    (folder / "preprocess.yaml").write_text("size: [32, 32]\n")
    (folder / "photos").mkdir()
    for number in range(40):
        Image.fromarray(models.pictures(1)[0]).save(folder / f"photos/{number}.png")
    return folder


@pytest.fixture
def here(workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    shutil.copytree(workplace, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("EDGECV_CACHE", str(tmp_path / "store"))
    return folder


def replace(old: str, new: str) -> Callable[[Path], None]:
    def broken(folder: Path) -> None:
        text = (folder / "recipe.yaml").read_text()
        assert old in text
        (folder / "recipe.yaml").write_text(text.replace(old, new))

    return broken


def few_for_int8(folder: Path) -> None:
    replace("onnx, precision: float32", "onnx, precision: int8")(folder)
    replace("images: 50", "images: 8")(folder)


def manifest(**fields: object) -> Callable[[Path], None]:
    def broken(folder: Path) -> None:
        path = folder / "artifact/manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))

    return broken


def sealed_anew(**fields: Any) -> Callable[[Path], None]:
    def broken(folder: Path) -> None:
        artifact = open_artifact(folder / "artifact")
        models.seal(artifact.folder, dataclasses.replace(artifact.manifest, **fields))

    return broken


def write(name: str, content: bytes) -> Callable[[Path], None]:
    def broken(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return broken


def flip_a_byte(folder: Path) -> None:
    model = folder / "artifact/model.onnx"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(bytes(content))


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def nothing(_folder: Path) -> None:
    pass


RUN = ["run", "recipe.yaml"]
PREDICT = ["predict", "artifact", "photo.png"]
SCORE = ["evaluate", "artifact", "--recipe", "recipe.yaml"]
CONVERT = ["convert", "network.keras", "--target", "onnx", "--precision"]
DESCRIBED = [
    *("--labels", "labels.txt", "--preprocess", "preprocess.yaml", "--calibration", "photos"),
    *("--task", "classification"),
]
FOREIGN = [*CONVERT, "float32", *DESCRIBED]
DETECTOR = [*FOREIGN[:-1], "detection"]

CASES: dict[str, tuple[Callable[[Path], None], list[str], int, list[str]]] = {
    # The command line
    "unknown command": (nothing, ["predcit"], 2, ["predcit", "did you mean 'predict'?"]),
    "threshold above one": (nothing, [*PREDICT, "--threshold", "7"], 2, ["--threshold", "7"]),
    "no threads": (nothing, ["bench", "artifact", "--threads", "0"], 2, ["--threads"]),
    "neither target nor device": (nothing, [*CONVERT[:2], "--precision", "int8"], 2, ["--target", "--device"]),
    "auto and more": (nothing, [*CONVERT, "auto", "--precision", "int8"], 2, ["auto", "leave the others out"]),
    "a network that nothing describes": (nothing, [*CONVERT, "int8"], 2, ["network.keras", "--recipe", "--task"]),
    "a network described by half": (nothing, FOREIGN[:-2], 2, ["--task"]),
    "a network described twice": (nothing, [*FOREIGN, "--recipe", "recipe.yaml"], 2, ["--recipe", "--labels", "out"]),
    # Networks from elsewhere
    "no network there": (nothing, ["convert", "absent.h5", *FOREIGN[2:]], 3, ["absent.h5: no such file"]),
    "no labels there": (remove("labels.txt"), FOREIGN, 3, ["labels.txt: cannot be read"]),
    "a label left empty": (write("labels.txt", b"cat\n\ndog\n"), FOREIGN, 3, ["labels.txt:2", "an empty line"]),
    "unknown key of preprocess": (
        write("preprocess.yaml", b"size: [32, 32]\ncolour: bgr\n"),
        FOREIGN,
        3,
        ["preprocess.yaml:2: colour", "did you mean 'color'?"],
    ),
    "detector without a head": (nothing, DETECTOR, 3, ["postprocess: missing", "anchor_free, decoded"]),
    "unknown head": (
        write("head.yaml", b"head: decodet\n"),
        [*DETECTOR, "--postprocess", "head.yaml"],
        3,
        ["head.yaml:1: head", "did you mean 'decoded'?"],
    ),
    "no calibration images there": (nothing, [*FOREIGN, "--calibration", "empty"], 3, ["empty", "33 images, got 0"]),
    "calibration is a file": (nothing, [*FOREIGN, "--calibration", "photo.png"], 3, ["photo.png", "a folder"]),
    "too few images for int8": (
        nothing,
        [*CONVERT, "int8", *DESCRIBED],
        3,
        ["photos: expected at least 82 images, got 40: 50", "32 others for parity", "--allow-tiny-calibration"],
    ),
    "custom layer without a class": (
        nothing,
        [*FOREIGN, "--custom-layer", "mine.py"],
        3,
        ["--custom-layer", "path/to/layers.py:Class", "mine.py"],
    ),
    "custom layer of no file": (nothing, [*FOREIGN, "--custom-layer", "mine.py:Mine"], 3, ["mine.py: no such file"]),
    "io where there is no choice": (nothing, [*FOREIGN, "--io", "float"], 3, ["io: onnx float32", "--io float"]),
    # Recipes
    "unknown recipe": (nothing, ["run", "shapes_detecton"], 3, ["shapes_detecton", "did you mean 'shapes_detection'?"]),
    "recipe file absent": (nothing, ["run", "absent.yaml"], 3, ["absent.yaml"]),
    "recipe is no YAML": (replace("task:", "task: ]"), RUN, 3, ["recipe.yaml:2"]),
    "unknown key": (replace("epochs", "epoch"), RUN, 3, ["recipe.yaml:6: training.epoch", "did you mean 'epochs'?"]),
    "wrong type": (replace("epochs: 1", "epochs: many"), RUN, 3, ["recipe.yaml:6: training.epochs", "'many'"]),
    "unknown model": (
        replace("tiny_detector", "tiny_detektor"),
        RUN,
        3,
        ["recipe.yaml:5: model.name", "tiny_detector'?"],
    ),
    "unknown model option": (
        replace("tiny_detector}", "tiny_detector, widht: 2.0}"),
        RUN,
        3,
        ["recipe.yaml:5: model.widht", "did you mean 'width'?"],
    ),
    "model of another task": (
        replace("tiny_detector", "tiny_segmenter"),
        RUN,
        3,
        ["recipe.yaml:5: model.name", "segmentation", "detection"],
    ),
    "size the model cannot take": (
        replace("[128, 128]", "[100, 128]"),
        RUN,
        3,
        ["recipe.yaml:4: preprocess.size", "32"],
    ),
    "unknown data option": (
        replace("test: 4", "tset: 4"),
        RUN,
        3,
        ["recipe.yaml:3: data.tset", "did you mean 'test'?"],
    ),
    "empty data set": (replace("train: 100", "train: 0"), RUN, 3, ["recipe.yaml:3: data", "train"]),
    "data the task lacks": (replace("format: shapes", "format: digits"), RUN, 3, ["recipe.yaml:3: data"]),
    "unset variable": (replace("val: 4", "path: '${NOWHERE_AT_ALL}/x'"), RUN, 3, ["recipe.yaml:3", "NOWHERE_AT_ALL"]),
    "unknown target": (replace("onnx,", "onyx,"), RUN, 3, ["recipe.yaml:8: builds[0].target", "did you mean 'onnx'?"]),
    "precision the target lacks": (
        replace("onnx, precision: float32", "onnx, precision: int16x8"),
        RUN,
        3,
        ["recipe.yaml:8: builds[0].precision", "int16x8"],
    ),
    "bad --set": (nothing, [*RUN, "--set", "training.epochs"], 3, ["training.epochs"]),
    # Devices
    "unknown device": (nothing, [*RUN, "--device", "raspbery_pi_5"], 3, ["did you mean 'raspberry_pi_5'?"]),
    "device twice": (
        nothing,
        [*RUN, "--device", "local", "--device", "local"],
        3,
        ["--device: 'local' is named twice"],
    ),
    "precision the device lacks": (
        replace("onnx, precision: float32", "tensorrt, precision: int8"),
        [*RUN, "--device", "jetson_nano"],
        3,
        ["jetson_nano", "int8", "float16"],
    ),
    "chip without int8": (
        nothing,
        [*CONVERT[:2], "--device", "jetson_nano", "--precision", "int8", *DESCRIBED],
        3,
        ["jetson_nano: tensorrt: no int8: its GPU (Maxwell", "use float16 or float32"],
    ),
    "device of another kind": (
        nothing,
        ["bench", "artifact", "--device", "raspberry_pi_5"],
        4,
        ["raspberry_pi_5", "aarch64"],
    ),
    # Places
    "the run folder is a file": (nothing, [*RUN, "--out", "photo.png"], 3, ["photo.png", "--out"]),
    "a place that cannot be written": (nothing, [*RUN, "--out", "/proc/edgecv"], 3, ["/proc/edgecv"]),
    # Artifacts
    "no artifact there": (nothing, ["predict", "absent", "photo.png"], 3, ["absent", "edgecv convert"]),
    "folder without a manifest": (nothing, ["bench", "empty"], 3, ["empty", "manifest.json"]),
    "manifest of a newer edgecv": (manifest(schema=99), PREDICT, 3, ["manifest.json", "99", "upgrade"]),
    "manifest is no JSON": (write("artifact/manifest.json", b"{"), PREDICT, 3, ["manifest.json"]),
    "manifest that leads out": (manifest(model="../../etc/passwd"), PREDICT, 3, ["manifest.json", "leads out"]),
    "artifact without a proof": (manifest(digests={}), PREDICT, 3, ["artifact", "parity"]),
    "zero-byte model": (write("artifact/model.onnx", b""), PREDICT, 3, ["model.onnx"]),
    "altered model": (flip_a_byte, PREDICT, 3, ["model.onnx"]),
    "model gone": (remove("artifact/model.onnx"), PREDICT, 3, ["model.onnx"]),
    "runtime missing": (nothing, ["predict", "for_a_gpu", "photo.png"], 4, ["tensorrt"]),
    # Images
    "no image there": (nothing, ["predict", "artifact", "absent.jpg"], 3, ["absent.jpg"]),
    "unreadable image": (write("photo.png", b"no image"), PREDICT, 3, ["photo.png"]),
    "zero-byte image": (write("photo.png", b""), PREDICT, 3, ["photo.png"]),
    "folder without images": (nothing, ["predict", "artifact", "empty"], 3, ["empty"]),
    # Scoring and reporting
    "unknown split": (nothing, [*SCORE, "--split", "tset"], 3, ["tset", "did you mean 'test'?"]),
    "labels of other data": (nothing, SCORE, 3, ["labels"]),
    "artifact of another task": (sealed_anew(task="classification", postprocess={}), SCORE, 3, ["classification"]),
    "altered manifest": (
        manifest(labels=["a", "b", "c", "d", "e"]),
        PREDICT,
        3,
        ["manifest.json", "convert the network"],
    ),
    "somebody's folder": (nothing, [*RUN, "--out", "empty/.."], 3, ["other files", "--out"]),
    "more threads than cores": (nothing, ["bench", "artifact", "--threads", "4096"], 3, ["4096", "cores"]),
    "too few images to calibrate": (
        replace("images: 50", "images: 400"),
        RUN,
        3,
        ["recipe.yaml:7: calibration.images", "at most 68"],
    ),
    "few images to calibrate": (
        few_for_int8,
        RUN,
        3,
        ["recipe.yaml:7: calibration.images: expected at least 50", "int8", "'8'", "--allow-tiny-calibration"],
    ),
    "few images to calibrate a conversion": (
        few_for_int8,
        [*CONVERT, "int8", "--recipe", "recipe.yaml"],
        3,
        ["recipe.yaml:7: calibration.images: expected at least 50", "--allow-tiny-calibration"],
    ),
    "nothing to compare with": (nothing, [*SCORE, "--against", "absent.keras"], 3, ["absent.keras"]),
    "a layer of no network": (nothing, [*SCORE, "--custom-layer", "layers.py:Mine"], 2, ["--against"]),
    "nothing to report": (nothing, ["report", "empty"], 3, ["empty"]),
    "damaged measurement": (write("m/x.measurement.json", b"{}"), ["report", "m"], 3, ["x.measurement.json"]),
}


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_answered_with_its_place_and_its_cure(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, arguments, code, words = CASES[name]
    broken(here)
    before = everything(here)
    assert main(arguments) == code
    said = capsys.readouterr().err
    for word in words:
        assert word in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= (5 if code == 2 else 2), said  # click shows its usage as well
    assert {name for name in everything(here) - before if not name.startswith("runs")} == set()
    assert not list(here.parent.rglob("*.edgecv-part"))


def test_a_full_disk_is_said_and_leaves_the_old_report(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json(here / "results/x.measurement.json", to_plain(examples.measurement()))
    (here / "report.csv").write_text("the old one")

    def full(_file: int) -> None:
        raise OSError(28, os.strerror(28), str(here / "report.csv"))

    monkeypatch.setattr(os, "fsync", full)
    assert main(["report", "results", "--out", "report.csv"]) == 3
    said = capsys.readouterr().err
    assert "report.csv: no space left" in said
    assert (here / "report.csv").read_text() == "the old one"
    assert not list(here.rglob("*.edgecv-part"))


def test_one_broken_photo_does_not_lose_the_others(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(here / "good.png")
    (here / "broken.png").write_bytes(b"no image")
    assert main(["predict", "artifact", "broken.png", "good.png", "--json"]) == 3
    said = capsys.readouterr()
    assert [each["image"] for each in json.loads(said.out)["predictions"]] == ["good.png"]
    assert "broken.png" in said.err


def test_an_interrupted_prediction_leaves_no_log(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, log: Path, **__: object) -> None:
        log.write_text("begun")
        raise KeyboardInterrupt

    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    monkeypatch.setattr(predict, "run", interrupt)
    assert main(PREDICT) == 130
    assert list((tmp_path / "scratch").iterdir()) == []
