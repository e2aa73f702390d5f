"""What can go wrong while something is measured, done on purpose: each is a way to run a command and be disturbed.

A quota takes a cgroup that this user may write to; where there is none, `missing` says so.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

Command = Sequence[str | Path]

DUTY_S = 0.05  # running, and stopped, in turns
QUOTA = 0.5  # of one core
PERIOD_US = 100_000
CGROUPS = Path("/sys/fs/cgroup")
# Read by every Python that starts with it on its path: what an engine computes takes a fifth longer every 0.4 seconds.
SLOWER = """
import time
from edgecv.ondevice import engines

open_engine = engines.open_engine

def opened(artifact, options):
    engine = open_engine(artifact, options)
    invoke, start = engine.invoke, time.perf_counter()

    def slower(encoded):
        before = time.perf_counter()
        raw = invoke(encoded)
        now = time.perf_counter()
        until = now + (now - before) * 0.2 * int((before - start) / 0.4)
        while time.perf_counter() < until:
            pass
        return raw

    object.__setattr__(engine, "invoke", slower)
    return engine

engines.open_engine = opened
"""


def undisturbed(command: Command) -> int:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def hog(command: Command) -> int:
    """As many busy processes as there are cores."""
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(busy.kill)
        return undisturbed(command)


def quota(command: Command) -> int:
    """Half a core, by a cgroup."""
    with _group() as group:
        _limit(group)
        shell = ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh", *command]
        return undisturbed(shell)


def duty_cycle(command: Command) -> int:
    """Every process of the command stopped half of the time."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    over = threading.Event()
    stopping = threading.Thread(target=_stop_and_go, args=(running.pid, over))
    stopping.start()
    code = running.wait()
    over.set()
    stopping.join()
    return code


def slow_down(command: Command) -> int:
    """An engine that gets slower step by step, with nothing in the machine to show for it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(SLOWER)
        path = os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")])
        quiet = subprocess.DEVNULL
        return subprocess.run(command, stdout=quiet, stderr=quiet, env={**os.environ, "PYTHONPATH": path}).returncode


def missing() -> str | None:
    """Why there can be no quota here."""
    try:
        with _group() as group:
            _limit(group)
    except OSError as error:
        return f"no quota could be set: {error}"
    return None


@contextmanager
def _group() -> Iterator[Path]:
    version1 = CGROUPS / "cpu"
    group = (version1 if version1.is_dir() else CGROUPS) / f"verdict-trials-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        while (group / "cgroup.procs").read_text():
            time.sleep(0.05)
        group.rmdir()


def _limit(group: Path) -> None:
    quota_us = int(QUOTA * PERIOD_US)
    if (group / "cpu.cfs_quota_us").exists():
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota_us))
    else:
        (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")


def _stop_and_go(parent: int, over: threading.Event) -> None:
    while not over.is_set():
        for sign in (signal.SIGSTOP, signal.SIGCONT):
            for pid in _children(parent):
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(pid, sign)
            time.sleep(DUTY_S)


def _children(parent: int) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []
