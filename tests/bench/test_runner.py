"""The runner: whatever befalls the child is a measurement; what cannot be measured here is none."""

import dataclasses
from pathlib import Path

import pytest

from edgecv import bench
from edgecv.bench import runner
from edgecv.documents import load_device, read_measurement
from edgecv.errors import InputError, Unavailable
from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact
from edgecv.records.device import Connection
from edgecv.records.files import write_json
from edgecv.records.measurement import MeasuredArtifact, MeasuredDevice, Measurement
from tests.ondevice import models


@pytest.fixture(scope="module")
def artifact(tmp_path_factory, need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    return models.artifact("onnx", tmp_path_factory.mktemp("runner") / "tiny")


def measure(artifact: Artifact, out: Path, **changes) -> Measurement:
    return bench.measure(artifact.folder, **{"device": None, "mode": "quick", "threads": 1, "out": out, **changes})


def test_a_measurement_is_taken_in_a_fresh_process_and_written(artifact, tmp_path) -> None:
    said: list[str] = []
    out = tmp_path / "new folder/tiny.measurement.json"
    measurement = measure(artifact, out, device=load_device("local").record, on_progress=said.append)
    assert measurement == read_measurement(out)
    assert measurement.latency
    assert measurement.verdict != "FAILED"
    assert measurement.device.profile == "local"
    assert any(line.startswith("p90 ") for line in said)


def test_a_crash_of_the_child_is_a_failed_measurement_with_the_reason(artifact, tmp_path, monkeypatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    measurement = measure(artifact, tmp_path / "out.json")
    assert measurement.verdict == "FAILED"
    assert "SIGABRT" in measurement.reasons[0]
    assert measurement.latency is None
    assert measurement.artifact.digest == artifact.manifest.digests["artifact"]
    assert read_measurement(tmp_path / "out.json") == measurement


def test_a_child_that_hangs_is_ended_and_failed(artifact, tmp_path, monkeypatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(runner, "OPENING_SECONDS", -4.5)
    measurement = measure(artifact, tmp_path / "out.json")
    assert measurement.verdict == "FAILED"
    assert "no result after" in measurement.reasons[0]


def test_an_error_in_the_child_is_a_failed_measurement_with_its_sentence(artifact, tmp_path) -> None:
    broken = models.artifact("onnx", tmp_path / "broken")
    broken.model_file.write_bytes(b"no model")
    measurement = measure(broken, tmp_path / "out.json")
    assert measurement.verdict == "FAILED"
    assert "damaged" in measurement.reasons[0]


def test_an_earlier_record_is_not_mistaken_for_the_one_that_failed(artifact, tmp_path, monkeypatch) -> None:
    out = tmp_path / "out.json"
    known = MeasuredArtifact("sha256:0", "tiny", "onnx", "float32", 1)
    write_json(out, dataclasses.asdict(Measurement(known, MeasuredDevice("local"), "VALID")))
    (tmp_path / "sitecustomize.py").write_text("import os\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert measure(artifact, out).verdict == "FAILED"


def test_a_target_without_its_runtime_is_not_measured_and_that_is_no_failure(tmp_path) -> None:
    with pytest.raises(Unavailable, match="cannot open 'tensorrt' artifacts"):
        measure(models.artifact("tensorrt", tmp_path / "tensorrt"), tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    "changes", [{"arch": "armv7l"}, {"connection": Connection("board")}], ids=["architecture", "connection"]
)
def test_no_number_from_here_is_signed_with_another_machines_name(artifact, tmp_path, changes) -> None:
    device = dataclasses.replace(load_device("local").record, name="elsewhere", **changes)
    with pytest.raises(Unavailable, match="elsewhere: "):
        measure(artifact, tmp_path / "out.json", device=device)


def test_what_is_no_artifact_is_a_mistake_of_the_caller(tmp_path) -> None:
    with pytest.raises(InputError, match="not an artifact folder"):
        bench.measure(tmp_path, device=None, mode="quick", threads=1, out=tmp_path / "out.json")
