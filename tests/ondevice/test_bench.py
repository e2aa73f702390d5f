"""A measurement by a real runtime, and the runs that must not become one."""

import argparse
import dataclasses
import json
import os
import platform
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from edgecv.documents import read_measurement
from edgecv.errors import InputError, MeasurementNotValid
from edgecv.ondevice import bench, probes
from edgecv.ondevice.bench import Settings, measuring, soak, turns
from edgecv.ondevice.bench.described import latency as latency_of
from edgecv.ondevice.bench.pace import Pace
from edgecv.ondevice.bench.pictures import pictures_of
from edgecv.ondevice.bench.throughput import throughput
from edgecv.ondevice.engines import ENGINES, EngineOptions, open_engines
from edgecv.ondevice.stopwatch import PLANS, Taken, Warmth, sample
from edgecv.records.artifact import Artifact
from edgecv.records.measurement import Measurement
from tests.ondevice import models
from tests.ondevice.device_package import ALLOWED, RUNTIME, modules_of, write_zip
from tests.ondevice.fakes import FakeEngine

NO_OPENCV = None if find_spec("cv2") else "OpenCV is not installed"
PLAN = dataclasses.replace(
    PLANS["quick"], min_seconds=0.1, max_seconds=0.4, warmup_seconds=0.2, end_to_end_runs=5, end_to_end_seconds=1
)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory, need) -> Artifact:
    need("tflite", ENGINES["tflite"].missing())
    return models.artifact("tflite", tmp_path_factory.mktemp("bench") / "tiny", "int8")


@pytest.fixture(scope="module")
def measurement(artifact) -> Measurement:
    return bench.measure(artifact, PLAN, EngineOptions())


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


def test_however_many_samples_agree_an_interval_leaves_room_for_another_process() -> None:
    samples = np.full(5000, 2.0)
    told = latency_of(Taken(samples, 10.0, "interval", (5000,), 0.0), Warmth(20, 0.1, steady=True), Settings())
    assert told.p50_ci95_ms == pytest.approx((1.99, 2.01))
    assert told.p90_ci95_ms == pytest.approx((1.99, 2.01))


def test_the_parts_of_the_way_add_up(measurement) -> None:
    way = measurement.end_to_end
    parts = [way.decode, way.preprocess, way.invoke, way.postprocess]
    assert all(len(part.samples_ms) == 5 for part in parts)
    np.testing.assert_allclose(way.total.samples_ms, np.sum([part.samples_ms for part in parts], axis=0))
    assert all(part.p50_ms > 0 for part in parts)


NAME_LIBRARIES = """
import sys
from pathlib import Path
from edgecv.ondevice.bench.end_to_end import end_to_end
from edgecv.ondevice.predictor import load
from edgecv.ondevice.stopwatch import PLANS
print(*end_to_end(load(sys.argv[1]), [Path(sys.argv[2])], PLANS["quick"]).libraries, sep="\\n")
"""


@pytest.mark.parametrize(("size", "taking_part"), [((64, 64), ["pillow"]), ((1200, 900), ["pillow", "opencv"])])
def test_what_decodes_and_resizes_is_named(artifact, need, tmp_path, size, taking_part) -> None:
    """OpenCV takes part where a photo is large, and the time of the way is another one then."""
    need("opencv", NO_OPENCV)
    Image.new("RGB", size).save(tmp_path / "photo.png")
    command = [sys.executable, "-c", NAME_LIBRARIES, str(artifact.folder), str(tmp_path / "photo.png")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in told.splitlines()] == taking_part


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
    measurement = bench.measure(constant, PLAN, EngineOptions())
    assert measurement.verdict == "FAILED"
    assert measurement.reasons == ("the outputs are the same for every image",)
    assert measurement.latency is None


def test_a_network_that_answers_nan_is_not_measured(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(models, "STEM_BIAS", np.full_like(models.STEM_BIAS, np.nan))
    measurement = bench.measure(models.artifact("onnx", tmp_path / "nan"), PLAN, EngineOptions())
    assert measurement.verdict == "FAILED"
    assert measurement.reasons == ("the output 'cls' is not finite",)


def test_an_emulated_processor_gives_no_latency(artifact, monkeypatch) -> None:
    machine = dataclasses.replace(probes.read(), emulated=True)
    monkeypatch.setattr(measuring, "read", lambda: machine)
    measurement = bench.measure(artifact, PLAN, EngineOptions())
    assert measurement.verdict == "FAILED"
    assert "emulated" in measurement.reasons[0]
    assert measurement.device.probed["emulated"] is True
    assert [measurement.latency, measurement.end_to_end, measurement.cold_start_ms] == [None] * 3


def arguments(artifact: Artifact, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    return parser.parse_args([str(artifact.folder), "--out", "out.json", "--mode", "quick", *more])


def test_more_threads_than_cores_are_refused(artifact) -> None:
    with pytest.raises(InputError, match="--threads: expected 1 to "):
        bench.run(arguments(artifact, "--threads", "4096"))


def test_a_core_that_is_not_there_is_refused(artifact) -> None:
    with pytest.raises(InputError, match=r"--affinity: expected cores among .*, got '0,4096'"):
        bench.run(arguments(artifact, "--affinity", "0,4096"))


def test_an_unsealed_artifact_is_refused(artifact, tmp_path) -> None:
    unsealed = models.artifact("onnx", tmp_path / "unsealed")
    manifest = (unsealed.folder / "manifest.json").read_text()
    (unsealed.folder / "manifest.json").write_text(manifest.replace('"artifact": "sha256', '"forgotten": "sha256'))
    with pytest.raises(InputError, match="has not passed parity"):
        bench.run(arguments(unsealed))


def test_the_environment_says_what_the_runtime_was_told_and_which_cores_it_had(measurement) -> None:
    assert measurement.environment.tuning == {"num_threads": 1}
    assert measurement.environment.affinity == tuple(sorted(os.sched_getaffinity(0)))
    assert measurement.latency.clock_ns > 0
    assert sum(measurement.latency.blocks) == len(measurement.latency.samples_ms)
    assert measurement.watched.at_s


def test_the_samples_of_the_artifact_are_named_by_their_pixels(measurement) -> None:
    assert (measurement.images.source, measurement.images.count) == ("samples", 32)
    assert measurement.images.digest.startswith("sha256:")


def test_pictures_of_a_folder_take_turns_and_start_end_to_end(artifact, tmp_path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, pixels in enumerate(models.pictures(6, seed=5)):
        Image.fromarray(pixels).resize((240, 160)).save(folder / f"{number}.png")
    found = pictures_of(artifact, folder)
    assert (found.told.source, found.told.count) == ("photos", 6)
    assert found.pixels.shape == (6, *models.SIZE, 3)
    assert found.files == [folder / f"{number}.png" for number in range(6)]
    assert found.told.digest != pictures_of(artifact, None).told.digest


def test_too_few_pictures_are_refused(artifact, tmp_path) -> None:
    Image.fromarray(models.pictures(1)[0]).save(tmp_path / "one.png")
    with pytest.raises(InputError, match="at least 4 images to take turns, found 1"):
        pictures_of(artifact, tmp_path)


@pytest.mark.parametrize("target", RUNTIME)
def test_a_measurement_imports_numpy_pillow_and_one_runtime(target, tmp_path, need) -> None:
    need(target, ENGINES[target].missing())
    sound = models.artifact(target, tmp_path / "artifact")
    zipped = write_zip(tmp_path / "edgecv.zip")
    command = ["bench", str(sound.folder), "--out", str(tmp_path / "out.json"), "--mode", "quick"]
    assert modules_of(zipped, command, {0, 6}) - RUNTIME[target] == ALLOWED


def test_streams_share_the_work(tmp_path, need) -> None:
    need("openvino", ENGINES["openvino"].missing())
    engines = open_engines(models.artifact("openvino", tmp_path / "tiny"), EngineOptions(), 2)
    assert engines[0].tuning["NUM_STREAMS"] == 2
    encoded = [engines[0].encode(image[None]) for image in models.pictures(4)]
    reached = throughput(engines, 2, encoded, 0.4)
    assert (reached.streams, reached.threads, len(reached.slices)) == (2, 2, 20)
    assert reached.images == pytest.approx(reached.images_per_s * reached.seconds)
    assert reached.ci95
    assert reached.ci95[0] <= reached.images_per_s <= reached.ci95[1]


def test_a_fault_in_a_stream_is_heard() -> None:
    def network(_: np.ndarray) -> dict[str, np.ndarray]:
        raise RuntimeError("no such kernel")

    with pytest.raises(RuntimeError, match="no such kernel"):
        throughput([FakeEngine(network, 0.0)], 1, [np.zeros(1)], 0.1)


def test_images_at_a_pace_are_timed_without_the_waiting() -> None:
    pace = Pace(50)
    taken = sample(lambda _: None, dataclasses.replace(PLAN, max_seconds=0.3, min_samples=1000), before_each=pace.wait)
    assert 10 <= len(taken.samples_ms) <= 17
    assert pace.idle_s > 0.2
    assert np.median(taken.samples_ms) < 1


def test_a_slow_pace_has_time_for_the_least_count() -> None:
    assert Pace(1).stretched(PLAN).max_seconds == 2 * PLAN.min_samples
    assert Pace(None).stretched(PLAN) == PLAN


def test_a_soak_compares_the_last_minute_with_the_first(monkeypatch) -> None:
    said: list[str] = []
    minutes = iter([1.0, 1.1, 1.5])

    def minute(step, plan, on_progress, before_each):
        assert (plan.min_seconds, plan.max_seconds) == (60, 60)
        on_progress("p90")
        samples = next(minutes) * np.random.default_rng(0).lognormal(0, 0.02, 400)
        return Taken(samples, 60.0, "interval", (400,), 50.0)

    monkeypatch.setattr(soak, "sample", minute)
    found = soak.soaked(lambda _: None, PLAN, 3, said.append)
    assert said == ["minute 1/3: p90", "minute 2/3: p90", "minute 3/3: p90"]
    assert [round(each.p50_ms, 1) for each in found.soak.minutes] == [1.0, 1.1, 1.5]
    assert found.soak.ratio == pytest.approx(1.5)
    low, high = found.soak.ratio_ci95 or (0, 0)
    assert 1.48 < low < 1.5 < high < 1.52
    assert len(found.ends.samples_ms) == 800
    assert np.median(found.last.samples_ms) == found.soak.minutes[-1].p50_ms


class Resting(probes.Sampler):
    """A sampler that only notes when it rests."""

    def __init__(self, noted: list[str]) -> None:
        self.noted = noted

    def pause(self) -> None:
        self.noted.append("pause")

    def resume(self) -> None:
        self.noted.append("resume")


def test_what_passes_while_others_have_their_turn_does_not_count(monkeypatch) -> None:
    start = dataclasses.replace(probes.read(), at_s=0.0, own_s=0.0, busy_s=0.0, stolen_s=None, waited_s=0.0)
    clock = iter([5.0, 25.0, 30.0, 50.0])  # five seconds of its own, twenty of others, twice
    noted: list[str] = []

    def read():
        now = next(clock)
        return dataclasses.replace(start, at_s=now, own_s=now / 5, busy_s=2 * now, waited_s=now / 10)

    answers = iter([turns.GO, turns.STOP])
    monkeypatch.setattr(turns, "read", read)

    def ask(text: str) -> str:
        noted.append(text)
        return next(answers)

    monkeypatch.setattr(turns, "ask", ask)
    ours = turns.InTurns(Resting(noted))
    assert ours.next(enough=False)
    assert not ours.next(enough=True)
    assert noted == ["pause", "more", "resume", "pause", "enough"]
    after = ours.without_waiting(dataclasses.replace(start, at_s=51.0, own_s=10.2, busy_s=102.0, waited_s=5.1))
    assert after.at_s == pytest.approx(11.0)
    assert (after.own_s, after.busy_s, after.waited_s) == pytest.approx((2.2, 22.0, 1.1))
    assert after.stolen_s is None
