"""Vendors' tools, here a few lines of shell each: asked where they are, and silent where they hang or fail."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edgecv.ondevice.probes import Sampler, tool
from edgecv.ondevice.probes.throttling import signs
from edgecv.ondevice.probes.tool import follow, output
from tests.ondevice.boards import lay_out, orin_nano

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    def install(name: str, script: str) -> None:
        lay_out(tmp_path, {name: f"#!/bin/sh\n{script}\n"})
        (tmp_path / name).chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return install


def test_vcgencmd_is_asked_where_the_kernel_has_no_file(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "TIMEOUT_S", 30)
    install("vcgencmd", "echo throttled=0x50005")
    assert signs(Path("/")).now == ("under-voltage", "throttled by the firmware")


@pytest.mark.parametrize(
    "script", ["exec sleep 30", "echo throttled=0x0; exit 1", "echo VCHI initialization failed", "kill -9 $$"]
)
def test_a_vcgencmd_that_hangs_or_fails_is_a_silent_sensor(
    install: Install, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(tool, "TIMEOUT_S", 0.1)
    install("vcgencmd", script)
    start = time.monotonic()
    assert signs(Path("/")).now is None
    assert time.monotonic() - start < 20


def test_tegrastats_is_heard_while_the_sampler_runs_and_then_ended(install: Install, tmp_path: Path) -> None:
    line = orin_nano.TEGRASTATS.strip()
    install("tegrastats", f'echo $$ $2 > {tmp_path}/began; while echo "{line}"; do sleep 0.02; done')
    with Sampler(os.getpid(), period_s=0.05) as sampler:
        deadline = time.monotonic() + 20
        while not sampler.watched().memory_load and time.monotonic() < deadline:
            time.sleep(0.01)
    assert sampler.watched().memory_load[-1] == 0.13
    pid, interval = (tmp_path / "began").read_text().split()
    assert interval == "50"  # milliseconds
    assert not Path(f"/proc/{pid}").exists()


def test_tegrastats_ends_when_the_measured_process_is_killed(install: Install, tmp_path: Path) -> None:
    install("tegrastats", f"echo $$ > {tmp_path}/began; while echo; do sleep 0.02; done")
    child = "import os, signal, time; from edgecv.ondevice.probes import Sampler; Sampler(os.getpid()).__enter__(); "
    wait = f"while not os.path.exists({str(tmp_path / 'began')!r}): time.sleep(0.01)\n"
    killed = subprocess.run(
        [sys.executable, "-c", f"{child}\n{wait}\nos.kill(os.getpid(), signal.SIGKILL)"], timeout=30
    )
    assert killed.returncode == -signal.SIGKILL
    tool = Path("/proc") / (tmp_path / "began").read_text().strip()
    deadline = time.monotonic() + 10
    while tool.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not tool.exists()


def test_a_tool_that_ends_early_or_cannot_be_started_is_no_error(install: Install) -> None:
    heard = threading.Event()
    install("talker", "echo one")
    stop = follow(["talker"], lambda _: heard.set())
    assert heard.wait(5)
    stop()
    install("broken", "")
    (Path(os.environ["PATH"].split(os.pathsep)[0]) / "broken").write_bytes(b"\x7fELF")
    follow(["broken"], lambda _: None)()
    assert output(["broken"]) is None


def test_without_the_tool_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    follow(["tegrastats"], lambda _: None)()
    assert output(["vcgencmd"]) is None
