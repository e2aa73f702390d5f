"""`edgecv inspect`: one child process, a table, a JSON document and a picture."""

import json
from pathlib import Path

import pytest
from PIL import Image

from edgecv.cli.main import main
from edgecv.inspection.picture import draw
from tests.ondevice import models

FIELDS = {"name", "type", "output", "parameters", "macs", "receptive_field", "activation_bytes", "live_bytes"}


def test_a_model_of_the_zoo_at_its_usual_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "lenet5.png"
    assert main(["inspect", "lenet5", "--json", "--picture", str(picture)]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert set(found["layers"][0]) >= FIELDS
    assert found["layers"][0]["output"] == [28, 28, 6]
    assert found["totals"]["parameters"] == 61_706
    assert set(found["totals"]) >= {"parameters", "macs", "peak_activation_bytes"}
    assert said.err == f"picture   {picture}\n"
    with Image.open(picture) as image:
        assert image.size == (1560, 1320)
    svg = [draw(found, tmp_path / name).read_bytes() for name in ("one.svg", "two.svg")]
    assert svg[0] == svg[1]


def test_the_table_of_an_artifact_ends_with_its_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models.artifact("tflite", tmp_path / "tiny", "int8")
    assert main(["inspect", str(tmp_path / "tiny")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["layer", "type", "output", "parameters", "MACs", "field", "stride", "bytes", "alive"]
    assert lines[1].split()[1:6] == ["CONV_2D", "8x12x8", "104", "9,216", "2"]
    assert [line.split()[0] for line in lines[-5:]] == ["input", "parameters", "MACs", "activations", "depth"]
    assert main(["inspect", str(tmp_path / "tiny"), "--top", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(lines) - 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet4"], "lenet4: expected a file, a folder or the name of a model; did you mean 'lenet5'?"),
        (["mobilenet_v2", "--set", "widht=2"], "model.widht: expected one of"),
        (["lenet5", "--set", "widht=2"], "model.widht: 'lenet5' has no options; remove it"),
        (["lenet5", "--custom-layer", "a:B"], "a model of the zoo has no custom layers"),
        (["lenet5", "--picture", "a.bmp"], "--picture: expected a name that ends in .png, .svg, .pdf, got 'a.bmp'"),
        (["tiny_detector", "--size", "250", "250"], "multiples of 32, got [250, 250]"),
        (["{artifact}", "--size", "8", "8"], "what a device opens is as it is"),
        (["{artifact}", "--classes", "8"], "leave --classes and --set out"),
        (["{artifact}/manifest.json"], "expected a .keras, .h5 or .hdf5 file"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tiny"
    models.artifact("tflite", folder, "int8")
    assert main(["inspect", *(each.format(artifact=folder) for each in arguments)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
