"""A measurement by a real runtime, and the runs that must not become one."""

import argparse
import dataclasses
import json
import platform
import subprocess
import sys

import numpy as np
import pytest

from edgecv.documents import read_measurement
from edgecv.errors import InputError, MeasurementNotValid
from edgecv.ondevice import bench, probes
from edgecv.ondevice.engines import ENGINES, EngineOptions
from edgecv.ondevice.stopwatch import PLANS
from edgecv.records.artifact import Artifact
from edgecv.records.measurement import Measurement
from tests.ondevice import models

PLAN = dataclasses.replace(
    PLANS["quick"], min_seconds=0.1, max_seconds=0.4, warmup_seconds=0.2, end_to_end_runs=5, end_to_end_seconds=1
)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory, need) -> Artifact:
    need("tflite", ENGINES["tflite"].missing())
    return models.artifact("tflite", tmp_path_factory.mktemp("bench") / "tiny", "int8")


@pytest.fixture(scope="module")
def measurement(artifact) -> Measurement:
    return bench.measure(artifact, "local", PLAN, EngineOptions())


def test_a_measurement_says_what_was_measured_on_what(artifact, measurement) -> None:
    assert measurement.artifact.digest == artifact.manifest.digests["artifact"]
    assert measurement.artifact.size_bytes == artifact.model_file.stat().st_size
    assert measurement.device.profile == "local"
    assert measurement.device.probed["arch"] == platform.machine()
    environment = measurement.environment
    assert environment
    assert (environment.runtime_precision, environment.threads) == ("int8", 1)
    assert environment.runtime.startswith(("ai-edge-litert ", "tflite-runtime "))


def test_the_percentiles_come_from_the_samples_that_are_kept(measurement) -> None:
    latency = measurement.latency
    samples = np.array(latency.samples_ms)
    assert len(samples) >= 36
    assert latency.warmup > 0
    assert latency.p50_ms == np.median(samples)
    assert latency.p90_ms == pytest.approx(np.quantile(samples, 0.9))
    assert latency.p50_ci95_ms[0] <= latency.p50_ms <= latency.p50_ci95_ms[1]


def test_the_parts_of_the_way_add_up(measurement) -> None:
    way = measurement.end_to_end
    parts = [way.decode, way.preprocess, way.invoke, way.postprocess]
    assert all(len(part.samples_ms) == 5 for part in parts)
    np.testing.assert_allclose(way.total.samples_ms, np.sum([part.samples_ms for part in parts], axis=0))
    assert all(part.p50_ms > 0 for part in parts)


def test_a_fresh_process_writes_a_record_that_can_be_read_back(artifact, tmp_path) -> None:
    out = tmp_path / "tiny.measurement.json"
    command = ["bench", str(artifact.folder), "--out", str(out), "--mode", "quick", "--profile", "bench_board"]
    ran = subprocess.run([sys.executable, "-m", "edgecv.ondevice", *command], capture_output=True, text=True)
    record = read_measurement(out)
    assert ran.returncode == (0 if record.verdict == "VALID" else MeasurementNotValid.exit_code)
    assert record.device.profile == "bench_board"
    assert record.latency
    assert record.cold_start_ms
    assert record.first_invoke_ms
    assert record.cold_start_ms > record.first_invoke_ms
    assert record.peak_memory_mb
    assert 20 < record.peak_memory_mb < 500
    assert any(line.startswith("progress: p90 ") for line in ran.stdout.splitlines())


def test_a_record_holds_no_number_that_json_does_not_know(measurement) -> None:
    json.dumps(dataclasses.asdict(measurement), allow_nan=False)


def test_a_network_that_answers_the_same_to_every_image_is_not_measured(artifact, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(models, "STEM", np.zeros_like(models.STEM))
    constant = models.artifact("onnx", tmp_path / "constant")
    measurement = bench.measure(constant, "local", PLAN, EngineOptions())
    assert measurement.verdict == "FAILED"
    assert measurement.reasons == ("the outputs are the same for every image",)
    assert measurement.latency is None


def test_a_network_that_answers_nan_is_not_measured(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(models, "STEM_BIAS", np.full_like(models.STEM_BIAS, np.nan))
    measurement = bench.measure(models.artifact("onnx", tmp_path / "nan"), "local", PLAN, EngineOptions())
    assert measurement.verdict == "FAILED"
    assert measurement.reasons == ("the output 'cls' is not finite",)


def test_an_emulated_processor_gives_no_latency(artifact, monkeypatch) -> None:
    machine = dataclasses.replace(probes.read(), emulated=True)
    monkeypatch.setattr(bench, "read", lambda: machine)
    measurement = bench.measure(artifact, "local", PLAN, EngineOptions())
    assert measurement.verdict == "FAILED"
    assert "emulated" in measurement.reasons[0]
    assert measurement.device.probed["emulated"] is True
    assert [measurement.latency, measurement.end_to_end, measurement.cold_start_ms] == [None] * 3


def test_more_threads_than_cores_are_refused(artifact, tmp_path) -> None:
    arguments = argparse.Namespace(
        artifact=artifact.folder, out=tmp_path / "out.json", threads=4096, mode="quick", profile="local"
    )
    with pytest.raises(InputError, match="--threads: expected 1 to "):
        bench.run(arguments)


def test_an_unsealed_artifact_is_refused(artifact, tmp_path) -> None:
    unsealed = models.artifact("onnx", tmp_path / "unsealed")
    manifest = (unsealed.folder / "manifest.json").read_text()
    (unsealed.folder / "manifest.json").write_text(manifest.replace('"artifact": "sha256', '"forgotten": "sha256'))
    arguments = argparse.Namespace(
        artifact=unsealed.folder, out=tmp_path / "out.json", threads=1, mode="quick", profile="local"
    )
    with pytest.raises(InputError, match="has not passed parity"):
        bench.run(arguments)
