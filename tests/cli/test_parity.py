"""`edgecv parity`: a finished artifact against its own network, and against others."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.cli.main import main
from edgecv.parity import check, seal
from edgecv.parity.layers import Found
from edgecv.targets import TARGETS
from tests.conftest import Need
from tests.targets.networks import images, workplace


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Path:
    """A sealed detector; its network lies beside it."""
    for name, module in TARGETS.items():
        need(name, module.missing())
    place = workplace("detection", tmp_path_factory.getbasetemp())
    folder = tmp_path_factory.mktemp("sealed") / "detector"
    shutil.copytree(place.draft("onnx", "int8"), folder)
    seal(folder, place.exported, check(folder, place.exported, log=folder.parent / "log"), {})
    shutil.copyfile(place.exported.parent / "network.keras", folder.parent / "network.keras")
    return folder


def test_an_artifact_is_proven_against_its_network_with_the_images_of_a_folder(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(logs))
    monkeypatch.chdir(artifact)
    beside = sorted(artifact.parent.iterdir())
    for number, image in enumerate(images(8, seed=5)):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    network = artifact.parent / "network.keras"
    assert main(["parity", ".", "--against", str(network), "--images", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["passed"] is True
    assert list(answer["rungs"]) == ["folded", "onnx", "artifact"]
    assert answer["rungs"]["onnx"]["cls"]["max_abs_over_spread"] < 1e-4
    assert answer["rungs"]["artifact"]["cls"]["centred_cosine"] > 0.9
    assert sorted(artifact.parent.iterdir()) == beside
    assert list(logs.iterdir()) == []


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")  # Keras reading its variables
def test_another_network_is_refused_with_the_figures_of_every_rung(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    monkeypatch.setattr("edgecv.parity.bisect.first_bad_layer", lambda *_, **__: Found())  # tested by itself
    network = keras.saving.load_model(artifact.parent / "network.keras")
    kernel, *rest = network.get_layer("stem").get_weights()
    network.get_layer("stem").set_weights([np.roll(kernel, 1, axis=-1), *rest])
    network.save(tmp_path / "other.keras")
    assert main(["parity", str(artifact), "--against", str(tmp_path / "other.keras")]) == 5
    printed = capsys.readouterr()
    assert "onnx int8: not the network any more: this file alone is damaged or stale" in printed.err
    assert "was made from another network file" in printed.err
    rows = [line.split() for line in printed.out.splitlines()]
    assert [row[0] for row in rows[1:]] == ["folded", "folded", "onnx", "onnx", "artifact", "artifact"]
    assert [row[-1] for row in rows[1:]] == ["passed"] * 4 + ["refused"] * 2


def test_what_is_no_artifact_is_refused_before_anything_slow_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parity", str(tmp_path), "--against", "network.keras"]) == 3
    assert "not an artifact folder" in capsys.readouterr().err
