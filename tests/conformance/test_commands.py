"""The commands on a finished run, as a user types them one after the other."""

import json
from pathlib import Path

import pytest

from edgecv.cli.main import main
from edgecv.records.artifact import open_sealed

from .conftest import MEASURED, RunOf


@pytest.fixture
def run_folder(run_of: RunOf) -> Path:
    return run_of(MEASURED).folder


def test_convert_finds_what_the_run_has_built(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "artifact"
    assert main(["convert", str(run_folder), "--target", "tflite", "--precision", "int8", "--out", str(out)]) == 0
    assert "(stored)" in capsys.readouterr().err
    expected = open_sealed(run_folder / "artifacts/tflite-int8").manifest.digests["artifact"]
    assert open_sealed(out).manifest.digests["artifact"] == expected


def test_convert_never_replaces_a_folder_of_the_users(run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    arguments = ["convert", str(run_folder), "--target", "onnx", "--precision", "float32", "--out", str(tmp_path)]
    assert main(arguments) == 3
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_evaluate_compares_with_a_keras_file(run_folder: Path, tmp_path: Path) -> None:
    recipe, network = run_folder.with_suffix(".yaml"), run_folder / "network.keras"
    out = tmp_path / "one.evaluation.json"
    artifact = run_folder / "artifacts/onnx-float32"
    arguments = [str(artifact), "--recipe", str(recipe), "--against", str(network), "--split", "val", "--out", str(out)]
    assert main(["evaluate", *arguments]) == 0
    evaluation = json.loads(out.read_text())
    assert evaluation["data"]["split"] == "val"
    assert evaluation["drop"] == pytest.approx(0, abs=1e-9)


def test_bench_of_all_artifacts_says_which_cannot_be_measured_and_measures_the_others(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some = [str(run_folder / "artifacts" / name) for name in ("tensorrt-int8", "onnx-int8")]
    assert main(["bench", *some, "--mode", "quick", "--out", str(tmp_path), "--json"]) in (0, 6)
    said = capsys.readouterr()
    assert "tensorrt-int8: not measured" in said.err
    assert [each["artifact"]["target"] for each in json.loads(said.out)] == ["onnx"]


def test_predict_and_report_read_what_the_run_wrote(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["predict", str(run_folder / "artifacts/openvino-int8"), str(run_folder / "pictures"), "--json"]
    assert main(arguments) == 0
    predictions = json.loads(capsys.readouterr().out)["predictions"]
    assert len(predictions) == len(list((run_folder / "pictures").iterdir()))
    assert main(["report", str(run_folder), "--out", str(tmp_path / "report.csv")]) == 0
    assert "onnx-int8" in (tmp_path / "report.csv").read_text()
