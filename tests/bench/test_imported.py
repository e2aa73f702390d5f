"""What trtexec left on a board becomes a measurement, judged by what was noted, and never of another file or device."""

from pathlib import Path

import pytest

from edgecv.bench import imported
from edgecv.documents import load_device
from edgecv.errors import InputError
from edgecv.records.artifact import Artifact
from tests.bench.trtexec_runs import TALK, profile, results_of_it, timed_artifact, times  # noqa: F401 - fixtures
from tests.ondevice.boards import cooling, lay_out

NANO = load_device("jetson_nano").record


def test_the_measurement_says_what_was_timed_and_in_which_power_mode(artifact: Artifact, noted: Path) -> None:
    taken = imported.measurement(artifact, NANO, noted)
    assert (taken.verdict, taken.reasons) == ("VALID", ())
    assert taken.latency
    assert taken.latency.p50_ms == pytest.approx(5.0, rel=0.01)
    assert (len(taken.latency.samples_ms), taken.latency.warmup, taken.latency.stopped) == (2000, 50, "interval")
    assert (taken.latency.steady, taken.latency.clock_ns) == (None, None)
    environment = taken.environment
    assert environment
    assert (environment.runtime, environment.runtime_precision) == ("trtexec 8.2.1", "float32")
    assert environment.kernels == "NVIDIA Tegra X1, compute capability 5.3"
    assert (environment.power_mode, environment.kernel) == ("5W", "4.9.337-tegra")
    assert taken.device.profile == "jetson_nano"
    assert taken.device.probed["model"] == "NVIDIA Jetson Nano Developer Kit"
    assert taken.device.probed["emulated"] is False
    assert taken.watched
    assert taken.watched.gpu_load == (0.99,) * 10
    assert taken.watched.gpu_mhz == (*9 * [640.0], 76.8)
    assert taken.watched.power_w["POM_5V_IN"] == (8.633,) * 10
    assert {"outputs", "clocks", "waiting for a core"} <= set(taken.unread)
    assert (taken.mode, taken.taken_at) == ("trtexec", "2026-11-29T20:00:00+00:00")
    assert taken.peak_memory_mb is None


def test_a_file_of_times_alone_says_how_little_is_known(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / "times.json").write_bytes(times())
    taken = imported.measurement(artifact, NANO, tmp_path / "times.json")
    assert taken.verdict == "VALID"
    assert taken.device.probed == {}
    assert taken.environment
    assert (taken.environment.runtime, taken.environment.power_mode) == ("trtexec", None)
    assert {"which file was timed", "temperature", "throttling"} <= set(taken.unread)


def test_heat_and_a_changed_power_mode_are_seen(artifact: Artifact, noted: Path) -> None:
    lay_out(noted / "after", {**cooling({"gpu-balanced": 3}), "var/lib/nvpmodel/status": "pmode:0000\n"})
    taken = imported.measurement(artifact, NANO, noted)
    assert taken.verdict == "THROTTLED"
    assert "the power mode changed from 5W to MAXN" in taken.reasons
    assert any("gpu-balanced" in reason for reason in taken.reasons)


@pytest.mark.parametrize(
    ("content", "says"),
    [(times(spread=0.2, count=50), "the interval is still wider"), (times()[:-1] + b"," + times(ms=7.0)[1:], "differ")],
    ids=["few and noisy", "slower at the end"],
)
def test_times_that_tell_too_little_are_unstable(artifact: Artifact, noted: Path, content: bytes, says: str) -> None:
    (noted / "times.json").write_bytes(content)
    taken = imported.measurement(artifact, NANO, noted)
    assert taken.verdict == "UNSTABLE"
    assert any(says in reason for reason in taken.reasons)


def test_times_of_another_file_are_refused(artifact: Artifact, noted: Path) -> None:
    (noted / "model.sha256").write_text("0" * 64)
    with pytest.raises(InputError, match=r"these are times of another file than .*model\.onnx"):
        imported.measurement(artifact, NANO, noted)


@pytest.mark.parametrize(
    ("talk", "says"),
    [
        (TALK.replace("v8201", "v100300"), "taken with TensorRT 10.3.0, but jetson_nano has >=8.0,<8.3"),
        (
            TALK.replace("5.3", "8.7"),
            "taken on NVIDIA Tegra X1 with compute capability 8.7, but that of jetson_nano has 5.3",
        ),
    ],
)
def test_times_of_another_device_are_refused(artifact: Artifact, noted: Path, talk: str, says: str) -> None:
    (noted / "run.log").write_text(talk)
    with pytest.raises(InputError, match=says):
        imported.measurement(artifact, NANO, noted)


def test_notes_of_another_kind_of_machine_are_refused(artifact: Artifact, noted: Path) -> None:
    lay_out(noted / "before", {"proc/sys/kernel/arch": "x86_64\n"})
    with pytest.raises(InputError, match="noted on a machine that is not aarch64"):
        imported.measurement(artifact, NANO, noted)


@pytest.mark.parametrize(
    "name", ["model.sha256", "run.log", "tegrastats.log", "gpu_hz.log", "taken_at", "before/proc/uptime"]
)
@pytest.mark.parametrize("content", [b"", b"\xff\x00 garbage \n" * 50], ids=["empty", "garbage"])
def test_garbage_beside_the_times_is_nothing_noted(artifact: Artifact, noted: Path, name: str, content: bytes) -> None:
    (noted / name).write_bytes(content)
    taken = imported.measurement(artifact, NANO, noted)
    assert taken.latency
    assert "garbage" not in f"{taken.taken_at}{taken.environment}"


@pytest.mark.parametrize("medians", [False, True], ids=["old", "new"])
def test_the_profile_tells_the_layers_and_no_more(artifact: Artifact, noted: Path, medians: bool) -> None:
    (noted / "profile.json").write_bytes(profile(medians))
    found = imported.layers(imported.measurement(artifact, NANO, noted), noted)
    assert [(layer.name, layer.share) for layer in found.layers] == [("stem + relu", 0.8), ("head", 0.2)]
    assert [layer.p50_ms for layer in found.layers] == ([0.4, 0.1] if medians else [None, None])
    assert found.total_ms == (0.5 if medians else None)
    assert found.profiler == "profiler of trtexec"
