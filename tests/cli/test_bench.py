"""`edgecv bench`: its options reach the runner, and its answers reach the user."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from edgecv import bench
from edgecv.bench.paired import with_ratios
from edgecv.cli.main import main
from edgecv.errors import Unavailable
from edgecv.ondevice import probes
from edgecv.records.artifact import Artifact, open_artifact
from edgecv.records.measurement import Measurement
from tests.ondevice import models
from tests.report.examples import measurement

Asked = dict[str, Any]


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> list[Artifact]:
    pytest.importorskip("onnx", exc_type=ImportError)
    folder = tmp_path_factory.mktemp("artifacts")
    return [models.artifact("onnx", folder / precision, precision) for precision in ("float32", "int8")]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the command asks of a runner that measures nothing, and what that runner answers."""
    seen: Asked = {"outcomes": [measurement("onnx", "float32"), measurement("onnx", "int8", ms=2.0)]}

    def measure_all(jobs: Sequence[bench.Job], **options: Any) -> list[Measurement | Unavailable]:
        seen.update(jobs=jobs, **options)
        return list(seen["outcomes"][: len(jobs)])

    monkeypatch.setattr(bench, "measure_all", measure_all)
    monkeypatch.setattr(probes, "cores", lambda: 8)
    return seen


def run(artifacts: Sequence[Artifact], *options: str) -> int:
    return main(["bench", *(str(each.folder) for each in artifacts), *options])


def test_every_option_reaches_the_runner(artifacts: list[Artifact], asked: Asked, tmp_path: Path) -> None:
    options = [
        "--threads",
        "2",
        "--affinity",
        "1,0",
        "--mode",
        "mlperf",
        "--soak",
        "30",
        "--throughput",
        "--pace",
        "15",
    ]
    options += ["--images", str(tmp_path), "--memory-limit", "700", "--out", str(tmp_path / "out.json")]
    assert run(artifacts[:1], *options) == 0
    (job,) = asked["jobs"]
    assert (job.threads, job.affinity, job.mode) == (2, (0, 1), "mlperf")
    assert (job.soak_minutes, job.pace_fps, job.images) == (30, 15.0, tmp_path)
    assert (job.memory_limit_mb, job.out) == (700.0, tmp_path / "out.json")
    assert job.streams == 1  # two cores, two threads a stream
    assert asked["interleave"] is False  # a soak would be one of the others' heat


def test_several_take_turns_unless_told_otherwise(artifacts: list[Artifact], asked: Asked) -> None:
    run(artifacts, "--mode", "quick")
    assert asked["interleave"] is True
    run(artifacts, "--mode", "quick", "--no-interleave")
    assert asked["interleave"] is False


def test_streams_fill_the_cores_where_the_profile_names_none(artifacts: list[Artifact], asked: Asked) -> None:
    run(artifacts[:1], "--throughput", "--threads", "2")
    assert asked["jobs"][0].streams == 4
    run(artifacts[:1])
    assert asked["jobs"][0].streams == 0


def test_a_profile_can_ask_for_streams(artifacts: list[Artifact], asked: Asked, tmp_path: Path) -> None:
    profile = (Path(__file__).parents[2] / "devices/local.yaml").read_text()
    machine = f"arch: {probes.architecture()}\ncpu: {{model: any, cores: 8}}\nmemory_mb: 8192\n"
    (tmp_path / "busy.yaml").write_text(machine + profile.replace("onnx: {", "onnx: {streams: 3, "))
    assert run(artifacts, "--device", str(tmp_path / "busy.yaml")) == 0
    assert [job.streams for job in asked["jobs"]] == [3, 3]


def test_the_table_shows_the_ratio_to_the_first(
    artifacts: list[Artifact], asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    asked["outcomes"] = with_ratios(asked["outcomes"])
    assert run(artifacts, "--mode", "quick") == 0
    assert "vs first" in capsys.readouterr().out


def test_one_that_cannot_be_measured_here_is_named_and_the_others_are_shown(
    artifacts: list[Artifact], asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    asked["outcomes"][0] = Unavailable("no such runtime")
    assert run(artifacts, "--json") == 0
    captured = capsys.readouterr()
    assert "tiny-onnx-float32: not measured: no such runtime" in captured.err
    assert [each["artifact"]["precision"] for each in json.loads(captured.out)] == ["int8"]


def test_the_only_one_that_cannot_be_measured_here_ends_the_command(artifacts: list[Artifact], asked: Asked) -> None:
    asked["outcomes"][0] = Unavailable("no such runtime")
    assert run(artifacts[:1]) == Unavailable.exit_code


def test_a_run_that_went_wrong_is_told_by_the_exit_code(artifacts: list[Artifact], asked: Asked) -> None:
    asked["outcomes"][1] = measurement("onnx", "int8", verdict="THROTTLED", reasons=("the clock fell",))
    assert run(artifacts) == 6


def test_builds_of_one_name_go_to_files_that_their_digests_tell_apart(
    artifacts: list[Artifact], asked: Asked, tmp_path: Path
) -> None:
    other = models.artifact("onnx", tmp_path / "other")
    changed = (other.folder / "manifest.json").read_text().replace('"warnings": []', '"warnings": ["older"]')
    (other.folder / "manifest.json").write_text(changed)
    other = models.seal(other.folder, open_artifact(other.folder).manifest)
    run([artifacts[0], other], "--out", str(tmp_path))
    names = [job.out.name for job in asked["jobs"]]
    assert len(set(names)) == 2
    assert all(name.startswith("tiny-onnx-float32-") and len(name.split("-")[3]) == 8 for name in names)


@pytest.mark.parametrize(
    "options", [["--affinity", "first"], ["--pace", "0"], ["--soak", "0"], ["--images", "/no/such/folder"]]
)
def test_what_makes_no_sense_is_refused(artifacts: list[Artifact], asked: Asked, options: list[str]) -> None:
    assert run(artifacts[:1], *options) == 2
    assert "jobs" not in asked
