"""`edgecv bundle`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.cli.main import main
from edgecv.ondevice.bundle.main import main as on_board
from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact, open_sealed
from tests.conftest import Need
from tests.ondevice import models


@pytest.fixture
def artifact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    monkeypatch.chdir(tmp_path)
    return models.artifact("onnx", tmp_path / "artifact")


def photos(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number, pixels in enumerate(models.pictures(count, seed=7)):
        Image.fromarray(pixels).save(folder / f"{number:02d}.png")
    return folder


def test_it_is_named_after_the_artifact_and_says_whose_pictures_travel(
    artifact: Artifact, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", "artifact"]) == 0
    said = capsys.readouterr().err
    assert "images of the data that the artifact was calibrated and proven with; --golden FOLDER" in said
    assert "tiny-onnx-float32.pyz" in said
    assert open_sealed(Path("tiny-onnx-float32.pyz")).manifest == artifact.manifest
    assert on_board("tiny-onnx-float32.pyz", ["selftest"]) == 0


def test_golden_replaces_every_picture_that_would_travel(
    artifact: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = photos(tmp_path / "own", 6)
    assert main(["bundle", "artifact", "--out", "own.pyz", "--golden", str(own), "--json"]) == 0
    out, said = capsys.readouterr()
    assert "those of" in json.loads(out)["pictures"]
    assert "none of the data that the artifact was made with" in said
    bundled = open_sealed(Path("own.pyz"))
    with zipfile.ZipFile("own.pyz") as archive, archive.open("artifact/golden/input.npy") as file:
        shown = np.load(file)
    assert np.array_equal(shown, models.pictures(6, seed=7)[:4])
    for name in (*artifact.manifest.golden["outputs"].values(), "golden/input.npy", "samples.png"):
        assert bundled.manifest.files[name] != artifact.manifest.files[name]
    assert bundled.manifest.digests["pictures_replaced_in"] == artifact.manifest.digests["artifact"]
    assert bundled.manifest.verified_on[0].startswith("onnxruntime ")
    assert on_board("own.pyz", ["selftest"]) == 0
    assert open_sealed(artifact.folder).manifest == artifact.manifest


def test_pictures_that_are_too_few_or_all_alike_are_refused(
    artifact: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", "artifact", "--golden", str(photos(tmp_path / "few", 3))]) == 3
    assert "expected at least 4 images, found 3" in capsys.readouterr().err
    (tmp_path / "alike").mkdir()
    for number in range(4):
        Image.new("RGB", (24, 16)).save(tmp_path / f"alike/{number}.png")
    assert main(["bundle", "artifact", "--golden", str(tmp_path / "alike")]) == 5
    assert "nothing to check by" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.pyz"))


def test_a_bundle_of_a_bundle_and_another_ending_are_refused(
    artifact: Artifact, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", "artifact", "--out", "seen.zip"]) == 3
    assert "expected a name that ends in .pyz, got 'seen.zip'" in capsys.readouterr().err
    assert main(["bundle", "artifact", "--out", "seen.pyz"]) == 0
    assert main(["bundle", "seen.pyz"]) == 3
    assert "a bundle already" in capsys.readouterr().err


def test_the_other_commands_take_a_bundle_for_an_artifact(
    artifact: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = photos(tmp_path / "own", 1)
    assert main(["bundle", "artifact", "--out", "seen.pyz"]) == 0
    capsys.readouterr()
    answers = []
    for path in ("artifact", "seen.pyz"):
        assert main(["predict", path, str(own), "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["predictions"])
    assert answers[0] == answers[1]
