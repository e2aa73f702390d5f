"""`edgecv bench --trtexec`: what a board without edgecv has measured becomes a record that the report reads."""

import json
from pathlib import Path

import pytest

from edgecv.cli.main import main
from edgecv.records.artifact import Artifact
from tests.bench.trtexec_runs import results_of_it, timed_artifact, times  # noqa: F401 - fixtures
from tests.ondevice import models


def bench(artifact: Artifact, *options: object) -> int:
    return main(["bench", str(artifact.folder), "--device", "jetson_nano", *map(str, options)])


def test_the_report_shows_it(
    artifact: Artifact, noted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "nano.measurement.json"
    assert bench(artifact, "--trtexec", noted, "--out", place, "--json") == 0
    said = capsys.readouterr()
    (taken,) = json.loads(said.out)
    assert (taken["environment"]["runtime"], taken["environment"]["power_mode"]) == ("trtexec 8.2.1", "5W")
    assert taken == json.loads(place.read_text())
    assert said.err == f"measured  {place}\n"
    assert main(["report", str(place)]) == 0
    report = capsys.readouterr().out
    assert "jetson_nano" in report
    assert "NVIDIA Jetson Nano Developer Kit, aarch64, power mode 5W" in report
    assert "VALID" in report


def test_layers_come_from_its_own_profile(
    artifact: Artifact, noted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "nano.measurement.json"
    assert bench(artifact, "--trtexec", noted, "--layers", "--out", place) == 0
    assert "stem + relu" in capsys.readouterr().out
    assert json.loads((tmp_path / "nano.layers.json").read_text())["profiler"] == "profiler of trtexec"


def test_a_verdict_that_is_not_valid_is_exit_code_6(artifact: Artifact, noted: Path, tmp_path: Path) -> None:
    (noted / "times.json").write_bytes(times(spread=0.2, count=50))
    assert bench(artifact, "--trtexec", noted, "--out", tmp_path / "x.measurement.json") == 6


def test_options_of_a_run_are_refused_since_there_is_none(
    artifact: Artifact, noted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(artifact, "--trtexec", noted, "--threads", 2, "--mode", "quick", "--out", tmp_path / "x.json") == 2
    assert "leave --threads, --mode out" in capsys.readouterr().err
    assert bench(artifact, artifact.folder, "--trtexec", noted) == 2
    assert not (tmp_path / "x.json").exists()


def test_an_artifact_of_another_target_is_refused(
    noted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = models.artifact("onnx", tmp_path / "onnx")
    assert main(["bench", str(other.folder), "--trtexec", str(noted)]) == 3
    assert "trtexec runs 'tensorrt' artifacts, this one is 'onnx'" in capsys.readouterr().err


def test_a_folder_without_times_is_refused(
    artifact: Artifact, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert bench(artifact, "--trtexec", tmp_path / "empty") == 3
    assert "times.json: cannot be read: no such file or directory" in capsys.readouterr().err


def test_a_device_without_tensorrt_is_refused(
    artifact: Artifact, noted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", str(artifact.folder), "--device", "raspberry_pi_5", "--trtexec", str(noted)]) == 3
    said = capsys.readouterr().err
    assert said == "raspberry_pi_5: has no runtime for 'tensorrt'; name the board of trtexec.sh with --device\n"
