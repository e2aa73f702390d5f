"""What befalls a run on a board, scripted: whatever is cut, killed, full or wrong, the run ends as it should.

The board is a real sshd on loopback. A prediction there is disturbed in every way of `FAILURES`, some of them at
random moments. Each time it has to end with the undisturbed result, or with one sentence and its exit code; a result
that was whole on the board must have arrived; and nothing may be left: no process, no file of the session, no lease, no
ssh here.
The times for which a cut line is tried again are shortened. `python benchmarks/remote_failures.py` writes
results/remote_failures.json; names as arguments try those alone and write nothing.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from circumstances import write_result
from PIL import Image

from tests.hosts.loopback import LoopbackBoard, make_board
from tests.ondevice import models

RETURN_S, PATIENCE_S, ANSWER_S = 5.0, 16.0, 3.0
CLEAN_S = PATIENCE_S + 7.0
LIMIT_S = 60.0
PHOTOS = 12
INTERRUPTED = 130
SENTENCES = (3, 4, INTERRUPTED)
START = """
import sys
from edgecv.hosts.ssh import line, session
session.RETURN_S, session.PATIENCE_S, line.ANSWER_S, session.LEASE_S = map(float, sys.argv[1:5])
from edgecv.cli.main import main
sys.exit(main(sys.argv[5:]))
"""
SKEWED = """
import sys, time
real = time.time
time.time = lambda: real() + {shift}
code = sys.argv[2]
sys.argv[:3] = ["-c"]
exec(code)
"""


Run = subprocess.Popen[bytes]


@dataclass
class Scene:
    board: LoopbackBoard
    artifact: Path
    photos: Path
    folder: Path
    chance: random.Random
    usual_s: float = 3.0
    expected: Any = None
    runs: list[Run] = field(default_factory=list)

    def start(self) -> Run:
        """The command, as a user types it."""
        times = [str(each) for each in (RETURN_S, PATIENCE_S, ANSWER_S, 0.3)]
        words = ["predict", str(self.artifact), str(self.photos), "--device", str(self.board.profile), "--json"]
        out, said = (self.folder / f"{name}-{len(self.runs)}" for name in ("out", "said"))
        command = [sys.executable, "-c", START, *times, *words]
        with out.open("wb") as to_out, said.open("wb") as to_said:  # pipes would fill up while nobody reads
            run = subprocess.Popen(command, stdout=to_out, stderr=to_said, start_new_session=True)
        self.runs.append(run)
        return run

    def printed(self, run: Run) -> tuple[str, str]:
        number = self.runs.index(run)
        out, said = ((self.folder / f"{name}-{number}").read_text() for name in ("out", "said"))
        return out, said

    def sometime(self) -> None:
        """Wait until some moment of a run."""
        time.sleep(self.chance.uniform(0.05, 1.0) * self.usual_s)

    def pid_of(self, word: bytes) -> list[int]:
        """The board's processes with a word on their command line."""
        found = []
        for pid in self.board.processes():
            with suppress(OSError):
                if word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    found.append(pid)
        return found

    def keeper(self) -> list[int]:
        with suppress(OSError, ValueError, KeyError):
            return [int(json.loads(self.board.lease.read_text())["pid"])]
        return []

    def wait_for(self, found: Callable[[], Any]) -> Any:
        """What is there at last, or nothing."""
        until = time.monotonic() + LIMIT_S
        while not (there := found()) and time.monotonic() < until and any(run.poll() is None for run in self.runs):
            time.sleep(0.005)
        return there


def kill(pids: list[int], number: int = signal.SIGKILL) -> bool:
    hit = False
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            hit = True
    return hit


Failure = Callable[[Scene], Any]  # starts runs and disturbs them; a generator sets something up, and puts it back


def ssh_killed(scene: Scene) -> None:
    scene.start()
    scene.sometime()
    kill(scene.board.clients())


def ssh_killed_while_it_runs(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        kill(scene.board.clients())


def ssh_killed_again_and_again(scene: Scene) -> None:
    run = scene.start()
    while run.poll() is None:
        scene.sometime()
        kill(scene.board.clients())


def ssh_falls_silent(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        silent = scene.board.clients()
        kill(silent, signal.SIGSTOP)
        time.sleep(ANSWER_S + 6)
        kill(silent)


def job_killed(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        time.sleep(scene.chance.uniform(0, 0.5))
        kill(scene.pid_of(b"predict"))


def keeper_killed(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(scene.keeper):
        time.sleep(scene.chance.uniform(0, scene.usual_s / 2))
        kill(scene.keeper())


def everything_on_the_board_killed(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        kill(scene.board.processes())


def keeper_killed_with_the_result_written(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: list(scene.board.cache.glob("sessions/*/made/*/*.json"))):
        kill(scene.keeper())


def host_killed(scene: Scene) -> None:
    run = scene.start()
    scene.sometime()
    run.kill()


def host_and_keeper_killed_and_another_run(scene: Scene) -> None:
    run = scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        kill(scene.keeper())
        run.kill()
        run.wait()
    scene.start()


def interrupted(scene: Scene) -> None:
    run = scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        run.send_signal(signal.SIGINT)


def board_dead_for_a_moment(scene: Scene) -> None:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        scene.board.stop()
        kill(scene.board.clients())
        time.sleep(1)
        scene.board.start()


def board_dead_until_the_next_run(scene: Scene) -> None:
    run = scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        scene.board.stop()
        kill(scene.board.clients())
        run.wait()
        scene.board.start()
        scene.start()


def two_at_once(scene: Scene) -> None:
    first, second = scene.start(), scene.start()
    most = 0
    while first.poll() is None or second.poll() is None:
        most = max(most, len(scene.pid_of(b"predict")))
        time.sleep(0.01)
    assert most == 1, f"{most} were at work at once"


def talkative_login(scene: Scene) -> Iterator[None]:
    scene.board.on_login("echo 'Welcome { to'; printf 'no line break'; echo more >&2\n")
    scene.start()
    yield


def login_that_never_stops_talking(scene: Scene) -> Iterator[None]:
    scene.board.on_login("(while sleep 0.4; do printf 'still here'; done) &\n")
    scene.start()
    yield


def login_that_is_refused_halfway(scene: Scene) -> Iterator[None]:
    scene.start()
    if scene.wait_for(lambda: scene.pid_of(b"predict")):
        scene.board.on_login("echo 'this account is closed' >&2; exit 1\n")
        kill(scene.board.clients())
    yield


def disk_full(scene: Scene) -> Iterator[None]:
    with small_disk(scene, 33):
        scene.start()
        yield


def disk_full_while_it_runs(scene: Scene) -> Iterator[None]:
    with small_disk(scene, 48) as disk:
        run = scene.start()
        scene.wait_for(lambda: scene.pid_of(b"predict"))
        with suppress(OSError), (disk / "fill").open("wb") as fill:
            while run.poll() is None:
                fill.write(bytes(1 << 20))
                fill.flush()
        yield


def disk_read_only(scene: Scene) -> Iterator[None]:
    with small_disk(scene, 64) as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        scene.start()
        yield


def permission_denied(scene: Scene) -> Iterator[None]:
    login = scene.board.folder / "login"
    text = login.read_text()
    login.write_text(text.replace("env -i ", "env -i XDG_CACHE_HOME=/sys/forbidden "))
    scene.start()
    yield
    login.write_text(text)


def key_refused(scene: Scene) -> Iterator[None]:
    with moved(scene.board.folder / "authorized_keys"):
        scene.start()
        yield


def host_key_unknown(scene: Scene) -> Iterator[None]:
    with moved(scene.board.folder / "known"):
        scene.start()
        yield


def no_python(scene: Scene) -> Iterator[None]:
    login = scene.board.folder / "login"
    text = login.read_text()
    login.write_text(text.replace(":/usr/bin:/bin", ""))
    with moved(scene.board.folder / "bin/python3"):
        scene.start()
        yield
    login.write_text(text)


def no_numpy(scene: Scene) -> Iterator[None]:
    with moved(scene.board.folder / "site/numpy"):
        for path in scene.board.folder.glob("site/numpy-*"):
            path.rename(scene.board.folder / path.name)
        scene.start()
        yield
        for path in scene.board.folder.glob("numpy-*"):
            path.rename(scene.board.folder / "site" / path.name)


def clock_ten_years_ahead(scene: Scene) -> Iterator[None]:
    yield from _skewed(scene, "315e6")


def clock_ten_years_behind(scene: Scene) -> Iterator[None]:
    yield from _skewed(scene, "-315e6")


def clock_set_while_it_runs(scene: Scene) -> Iterator[None]:
    yield from _skewed(scene, "(86400 if time.process_time() > 0.2 else 0)")


def _skewed(scene: Scene, shift: str) -> Iterator[None]:
    python = scene.board.folder / "bin/python3"
    text = python.read_text()
    program = scene.board.folder / "skewed.py"
    program.write_text(SKEWED.format(shift=shift))
    python.write_text(text.replace(' "$@"', f' -c "$(cat {program})" "$@"'))
    scene.start()
    yield
    python.write_text(text)


def stale_lease(scene: Scene) -> None:
    words = {"session": "dead", "owner": "ann@desk", "boot": "an earlier one", "expires": 1e12, "pid": 1}
    scene.board.lease.write_text(json.dumps(words))
    scene.start()


def damaged_lease(scene: Scene) -> None:
    scene.board.lease.write_text('{"session": "dead", "expi')
    scene.start()


def lease_that_runs_out(scene: Scene) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    expires = time.clock_gettime(time.CLOCK_BOOTTIME) + 6
    words = {"session": "dead", "owner": "ann@desk", "boot": boot, "expires": expires, "pid": 2**22, "began": "1"}
    scene.board.lease.write_text(json.dumps(words))
    run = scene.start()
    time.sleep(3)
    assert run.poll() is None, "it did not wait for the lease"


def keeper_that_sleeps_over_its_lease(scene: Scene) -> None:
    """Another session takes the board over; the sleeper must not wake up into it."""
    run = scene.start()
    sleeper = scene.wait_for(scene.keeper)
    if not sleeper:
        return
    kill(sleeper, signal.SIGSTOP)
    run.wait()
    words = json.loads(scene.board.lease.read_text())
    scene.board.lease.write_text(json.dumps({**words, "expires": 0}))
    scene.start()


@contextmanager
def small_disk(scene: Scene, size_mb: int) -> Iterator[Path]:
    """The board's cache on a disk of its own."""
    place = scene.board.home / ".cache"
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def moved(path: Path) -> Iterator[None]:
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


RESULT, SENTENCE, EITHER = "result", "sentence", "either"
FAILURES: dict[str, tuple[Failure, int, str]] = {  # how often, and how the last run has to end
    "ssh killed at a random moment": (ssh_killed, 8, EITHER),
    "ssh killed while it runs": (ssh_killed_while_it_runs, 2, RESULT),
    "ssh killed again and again": (ssh_killed_again_and_again, 2, EITHER),
    "ssh falls silent": (ssh_falls_silent, 1, RESULT),
    "job killed": (job_killed, 3, EITHER),
    "keeper killed": (keeper_killed, 3, EITHER),
    "keeper killed, the result is written": (keeper_killed_with_the_result_written, 2, RESULT),
    "everything on the board killed": (everything_on_the_board_killed, 1, SENTENCE),
    "host killed": (host_killed, 2, EITHER),
    "host and keeper killed, then another run": (host_and_keeper_killed_and_another_run, 1, RESULT),
    "interrupted with Ctrl-C": (interrupted, 1, SENTENCE),
    "board dead for a moment": (board_dead_for_a_moment, 1, SENTENCE),
    "board dead until the next run": (board_dead_until_the_next_run, 1, RESULT),
    "two at once": (two_at_once, 1, RESULT),
    "talkative login": (talkative_login, 1, RESULT),
    "login that never stops talking": (login_that_never_stops_talking, 1, RESULT),
    "login that is refused halfway": (login_that_is_refused_halfway, 1, SENTENCE),
    "disk full": (disk_full, 1, SENTENCE),
    "disk full while it runs": (disk_full_while_it_runs, 2, SENTENCE),
    "disk read-only": (disk_read_only, 1, SENTENCE),
    "permission denied": (permission_denied, 1, SENTENCE),
    "key refused": (key_refused, 1, SENTENCE),
    "host key unknown": (host_key_unknown, 1, SENTENCE),
    "no python": (no_python, 1, SENTENCE),
    "no numpy": (no_numpy, 1, SENTENCE),
    "clock ten years ahead": (clock_ten_years_ahead, 1, RESULT),
    "clock ten years behind": (clock_ten_years_behind, 1, RESULT),
    "clock set while it runs": (clock_set_while_it_runs, 1, RESULT),
    "stale lease": (stale_lease, 1, RESULT),
    "damaged lease": (damaged_lease, 1, RESULT),
    "lease that runs out": (lease_that_runs_out, 1, RESULT),
    "keeper that sleeps over its lease": (keeper_that_sleeps_over_its_lease, 1, RESULT),
}


def trial(scene: Scene, failure: Failure, wanted: str) -> dict[str, Any]:
    """One failure: how the runs ended, and what is wrong with that."""
    shutil.rmtree(scene.board.cache, ignore_errors=True)  # so that everything travels, and can be cut on its way
    scene.runs.clear()
    wrong: list[str] = []
    whole = threading.Event()
    over = threading.Event()
    spy = threading.Thread(target=_watch, args=(scene, whole, over))
    spy.start()
    began = time.monotonic()
    undo: Any = None
    try:
        undo = failure(scene)
        if undo is not None:
            next(undo)
    except AssertionError as error:
        wrong.append(str(error))
    ends = [_end(scene, run) for run in scene.runs]
    over.set()
    spy.join()
    leftovers = _leftovers(scene)
    if undo is not None:
        next(undo, None)
    scene.board.on_login("")
    wrong += [f"left behind: {each}" for each in leftovers]
    wrong += [each["wrong"] for each in ends if each["wrong"]]
    last = ends[-1]
    if wanted != EITHER and last["kind"] != wanted:
        wrong.append(f"it had to be a {wanted}, and was: {last['kind']} {last['said']}")
    # Who is killed or interrupted asks for no result, and an account that was closed meanwhile gives none out.
    unasked = last["code"] in (-9, INTERRUPTED) or failure is login_that_is_refused_halfway
    if whole.is_set() and len(ends) == 1 and last["kind"] != RESULT and not unasked:
        wrong.append("a result that was whole did not arrive")
    told = [{name: each[name] for name in ("kind", "code", "said")} for each in ends]
    return {"ends": told, "seconds": round(time.monotonic() - began, 1), "wrong": wrong}


def _watch(scene: Scene, whole: threading.Event, over: threading.Event) -> None:
    while not over.wait(0.005):
        if any(scene.board.cache.glob("sessions/*/made/*/predictions.json")):
            whole.set()


def _end(scene: Scene, run: Run) -> dict[str, Any]:
    try:
        run.wait(LIMIT_S)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return {"kind": "hung", "code": None, "said": "", "wrong": f"it did not end within {LIMIT_S:.0f} s"}
    out, said = scene.printed(run)
    sentences = [line for line in said.strip().splitlines() if not line.startswith("time ")]
    said, wrong, kind = "\n".join(sentences), "", "killed" if run.returncode == -9 else "nothing"
    if run.returncode == 0:
        kind = RESULT
        if _seen(out) != scene.expected:
            wrong = "the result is another one"
    elif run.returncode in SENTENCES:
        kind = SENTENCE
        if len(sentences) != 1 or "Traceback" in said:
            wrong = f"not one sentence: {said}"
    elif kind != "killed":
        wrong = f"exit code {run.returncode}: {said}"
    return {
        "kind": kind,
        "code": run.returncode,
        "said": said.replace(str(scene.folder), "").replace(tempfile.gettempdir(), ""),
        "wrong": wrong,
    }


def _leftovers(scene: Scene) -> list[str]:
    until = time.monotonic() + CLEAN_S
    while time.monotonic() < until:
        left = scene.board.leftovers() + [f"ssh {pid}" for pid in scene.board.clients()]
        if not left:
            break
        time.sleep(0.1)
    return [each.replace(str(scene.folder), "") for each in left]


def _seen(out: str) -> Any:
    return [each.get("objects") for each in json.loads(out)["predictions"]]


def main() -> int:
    chosen = sys.argv[1:] or list(FAILURES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        board = make_board(folder / "board")
        os.environ["PATH"] = f"{board.folder / 'client'}{os.pathsep}{os.environ['PATH']}"
        photos = folder / "photos"
        photos.mkdir()
        for number, pixels in enumerate(models.pictures(PHOTOS)):
            Image.fromarray(pixels).resize((640, 480)).save(photos / f"{number:02}.png")
        scene = Scene(board, models.artifact("onnx", folder / "tiny").folder, photos, folder, random.Random(0))
        try:
            scene.usual_s, scene.expected = _undisturbed(scene)
            figures = {
                name: [trial(scene, *_of(name)) for _ in range(FAILURES[name][1])] for name in map(_told, chosen)
            }
        finally:
            board.stop()
    every = [each for trials in figures.values() for each in trials]
    wrong = {name: each["wrong"] for name, trials in figures.items() for each in trials if each["wrong"]}
    summary = {
        "failures": len(every),
        "kinds": len(figures),
        "as_they_should": sum(not each["wrong"] for each in every),
        "results": sum(each["ends"][-1]["kind"] == RESULT for each in every),
        "sentences": sum(each["ends"][-1]["kind"] == SENTENCE for each in every),
        "wrong": wrong,
    }
    print(json.dumps(summary, indent=1))
    if not sys.argv[1:]:
        write_result("remote_failures", {**summary, "undisturbed_s": round(scene.usual_s, 2), "trials": figures})
    return 1 if wrong else 0


def _of(name: str) -> tuple[Failure, str]:
    failure, _, wanted = FAILURES[name]
    return failure, wanted


def _told(name: str) -> str:
    print(name, file=sys.stderr, flush=True)
    return name


def _undisturbed(scene: Scene) -> tuple[float, Any]:
    began = time.monotonic()
    run = scene.start()
    run.wait(LIMIT_S)
    out, said = scene.printed(run)
    assert run.returncode == 0, said
    return time.monotonic() - began, _seen(out)


if __name__ == "__main__":
    sys.exit(main())
