"""The runner: whatever befalls the child is a measurement; what cannot be measured here is none."""

import argparse
import dataclasses
from pathlib import Path

import pytest

from edgecv import bench
from edgecv.bench import player
from edgecv.documents import load_device, read_measurement
from edgecv.errors import InputError, Unavailable
from edgecv.hosts.arguments import as_here
from edgecv.ondevice.bench import add_arguments
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


def measure(artifact: Artifact, out: Path, on_progress=None, **changes) -> Measurement:
    return bench.measure(bench.Job(artifact, out, **{"mode": "quick", **changes}), on_progress)


def test_a_measurement_is_taken_in_a_fresh_process_and_written(artifact, tmp_path) -> None:
    said: list[str] = []
    out = tmp_path / "new folder/tiny.measurement.json"
    measurement = measure(artifact, out, device=load_device("local").record, on_progress=said.append)
    assert measurement == read_measurement(out)
    assert measurement.latency
    assert measurement.verdict != "FAILED"
    assert measurement.device.profile == "local"
    assert any(line.startswith("p90 ") for line in said)
    assert measurement.mode == "quick"
    assert measurement.environment
    assert measurement.environment.memory_limit_mb
    assert measurement.interleaved is None


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
    monkeypatch.setattr(player, "OPENING_S", 0.5)
    measurement = measure(artifact, tmp_path / "out.json")
    assert measurement.verdict == "FAILED"
    assert "no sign of life for" in measurement.reasons[0]


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


def test_more_streams_than_cores_are_refused(artifact, tmp_path) -> None:
    with pytest.raises(InputError, match="streams x threads: expected at most the "):
        measure(artifact, tmp_path / "out.json", streams=4096)


def test_more_threads_than_the_cores_to_keep_to_are_refused(artifact, tmp_path) -> None:
    with pytest.raises(InputError, match="threads: expected at most the 1 cores to be used, got '2'"):
        measure(artifact, tmp_path / "out.json", threads=2, affinity=(0,))


def test_a_job_becomes_the_arguments_that_the_child_understands(artifact, tmp_path) -> None:
    (tmp_path / "some.png").touch()
    job = bench.Job(
        artifact,
        tmp_path / "out.json",
        mode="mlperf",
        threads=3,
        hint="bfloat16",
        affinity=(0, 2),
        images=tmp_path,
        soak_minutes=30,
        pace_fps=12.5,
        streams=2,
    )
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    _, *told = map(as_here, job.arguments(tmp_path / "scratch.json", in_turns=True))
    assert vars(parser.parse_args(told)) == {
        "artifact": artifact.folder,
        "out": tmp_path / "scratch.json",
        "threads": 3,
        "affinity": (0, 2),
        "hint": "bfloat16",
        "mode": "mlperf",
        "profile": "local",
        "images": tmp_path,
        "soak": 30,
        "pace": 12.5,
        "streams": 2,
        "turns": True,
    }
