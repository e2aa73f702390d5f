"""`trtexec.sh` run by a real shell, with stand-ins for the tools of a Jetson."""

import hashlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from edgecv.hosts.trtexec_script import script
from tests.bench import trtexec_runs


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """An artifact's folder with a space in its name."""
    folder = tmp_path / "my artifact"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"a network")
    (folder / "trtexec.sh").write_text(script("8.2.1", "float16", "model.onnx"))
    return folder


@pytest.fixture
def fakes(tmp_path: Path) -> dict[str, str]:
    return trtexec_runs.tools(tmp_path / "fakes")


def run(beside: Path, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["sh", str(beside / "trtexec.sh"), *arguments]
    return subprocess.run(command, env=environment, cwd=beside.parent, capture_output=True, text=True, check=False)


def built(environment: dict[str, str]) -> list[str]:
    file = Path(environment["FAKES"]) / "built"
    return file.read_text().splitlines() if file.exists() else []


def test_it_leaves_the_times_and_the_state_of_the_board(beside: Path, fakes: dict[str, str], tmp_path: Path) -> None:
    done = run(beside, fakes, "its results")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "its results"
    assert done.stdout.splitlines()[-1] == str(out)
    assert (out / "times.json").read_bytes() == (Path(fakes["FAKES"]) / "times.json").read_bytes()
    assert (out / "model.sha256").read_text().strip() == hashlib.sha256(b"a network").hexdigest()
    assert "Selected Device: NVIDIA Tegra X1" in (out / "run.log").read_text()
    assert "GR3D_FREQ 99%" in (out / "tegrastats.log").read_text()
    for when in ("before", "after"):
        assert (out / when / "proc/cpuinfo").read_bytes()
        assert float((out / when / "proc/uptime").read_text().split()[0]) > 0
    left = {path.name for path in out.iterdir()}
    assert not left & {"model.onnx", "model.plan", "timing.cache"}, "the results are to be copied, the plan is not"
    assert {path.name for path in beside.iterdir()} == {"model.onnx", "trtexec.sh"}


def test_the_watcher_ends_with_it(beside: Path, fakes: dict[str, str]) -> None:
    assert run(beside, fakes).returncode == 0
    watcher = int((Path(fakes["FAKES"]) / "watching").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(watcher, 0)


def test_ctrl_c_ends_the_watcher_too(beside: Path, fakes: dict[str, str], tmp_path: Path) -> None:
    """A shell has what it starts in the background ignore Ctrl-C."""
    watching = Path(fakes["FAKES"]) / "watching"
    with subprocess.Popen(
        ["sh", str(beside / "trtexec.sh")],
        env=fakes,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        while not watching.exists() or not watching.read_text():
            time.sleep(0.01)
        os.killpg(running.pid, signal.SIGINT)
    assert running.returncode == 130
    at_work = Path(f"/proc/{int(watching.read_text())}/cwd")
    until = time.monotonic() + 5
    while at_work.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not at_work.exists()
    assert not (tmp_path / "trtexec/model.plan").is_symlink()


def test_a_plan_is_built_once_and_again_for_another_file_or_when_it_is_damaged(
    beside: Path, fakes: dict[str, str]
) -> None:
    for _ in range(2):
        assert run(beside, fakes).returncode == 0
    assert len(built(fakes)) == 1
    (beside / "model.onnx").write_bytes(b"another network")
    assert run(beside, fakes).returncode == 0
    assert len(built(fakes)) == 2
    kept = Path(fakes["EDGECV_CACHE"]) / "tensorrt"
    assert kept.stat().st_mode & 0o777 == 0o700
    for plan in kept.glob("*.trtexec"):
        plan.write_text("damaged")
    assert run(beside, fakes).returncode == 0
    assert len(built(fakes)) == 3


def test_other_options_have_another_plan(beside: Path, fakes: dict[str, str]) -> None:
    assert run(beside, fakes).returncode == 0
    (beside / "trtexec.sh").write_text(script("8.2.1", "float32", "model.onnx"))
    assert run(beside, fakes).returncode == 0
    first, second = built(fakes)
    assert "--fp16" in first
    assert "--fp16" not in second


def test_a_refused_file_ends_it_with_what_trtexec_said(beside: Path, fakes: dict[str, str], tmp_path: Path) -> None:
    (Path(fakes["FAKES"]) / "broken").touch()
    done = run(beside, fakes)
    assert done.returncode == 1
    assert "Compute Capability: 5.3" in done.stderr
    assert done.stderr.splitlines()[-1].endswith(f"all that it said is in {tmp_path}/trtexec/build.log")
    assert not (tmp_path / "trtexec/times.json").exists()
    assert list((Path(fakes["EDGECV_CACHE"]) / "tensorrt").iterdir()) == []


def test_a_folder_with_other_things_in_it_is_left_alone(beside: Path, fakes: dict[str, str], tmp_path: Path) -> None:
    for name in (".", "my artifact"):
        assert run(beside, fakes, name).returncode == 2
    assert (beside / "model.onnx").read_bytes() == b"a network"
    assert {path.name for path in tmp_path.iterdir()} == {"my artifact", "fakes"}


def test_a_board_without_trtexec_is_told_so(beside: Path, fakes: dict[str, str]) -> None:
    (Path(fakes["FAKES"]) / "bin/trtexec").unlink()
    done = run(beside, fakes)
    assert done.returncode == 4
    assert "no trtexec on PATH or in /usr/src/tensorrt/bin" in done.stderr
