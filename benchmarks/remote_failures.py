"""What befalls a run on a board, scripted: whatever is cut, killed, full or wrong, the run ends as it should.

The board is a real sshd on loopback. A prediction there is disturbed in every way of `FAILURES`, which remote/ holds,
some of them at random moments. Each time it has to end with the undisturbed result, or with one sentence and its exit
code; a result that was whole on the board must have arrived; and nothing may be left: no process, no file of the
session, no lease, no ssh here.
The times for which a cut line is tried again are shortened. `python benchmarks/remote_failures.py` writes
results/remote_failures.json; names as arguments try those alone and write nothing.
"""

import json
import os
import random
import sys
import tempfile
from pathlib import Path

from circumstances import write_result
from PIL import Image
from remote import clock, cut, disk, killed, lease, login
from remote.scene import Failure, Scene
from remote.trial import EITHER, RESULT, SENTENCE, trial, undisturbed

from tests.hosts.loopback import make_board
from tests.ondevice import models

PHOTOS = 12
FAILURES: dict[str, tuple[Failure, int, str]] = {  # how often, and how the last run has to end
    "ssh killed at a random moment": (cut.ssh_killed, 8, EITHER),
    "ssh killed while it runs": (cut.ssh_killed_while_it_runs, 2, RESULT),
    "ssh killed again and again": (cut.ssh_killed_again_and_again, 2, EITHER),
    "ssh falls silent": (cut.ssh_falls_silent, 1, RESULT),
    "job killed": (killed.job_killed, 3, EITHER),
    "keeper killed": (killed.keeper_killed, 3, EITHER),
    "keeper killed, the result is written": (killed.keeper_killed_with_the_result_written, 2, RESULT),
    "everything on the board killed": (killed.everything_on_the_board_killed, 1, SENTENCE),
    "host killed": (killed.host_killed, 2, EITHER),
    "host and keeper killed, then another run": (killed.host_and_keeper_killed_and_another_run, 1, RESULT),
    "interrupted with Ctrl-C": (killed.interrupted, 1, SENTENCE),
    "board dead for a moment": (cut.board_dead_for_a_moment, 1, SENTENCE),
    "board dead until the next run": (cut.board_dead_until_the_next_run, 1, RESULT),
    "two at once": (lease.two_at_once, 1, RESULT),
    "talkative login": (login.talkative_login, 1, RESULT),
    "login that never stops talking": (login.login_that_never_stops_talking, 1, RESULT),
    "login that is refused halfway": (login.login_that_is_refused_halfway, 1, SENTENCE),
    "disk full": (disk.disk_full, 1, SENTENCE),
    "disk full while it runs": (disk.disk_full_while_it_runs, 2, SENTENCE),
    "disk read-only": (disk.disk_read_only, 1, SENTENCE),
    "permission denied": (disk.permission_denied, 1, SENTENCE),
    "key refused": (login.key_refused, 1, SENTENCE),
    "host key unknown": (login.host_key_unknown, 1, SENTENCE),
    "no python": (login.no_python, 1, SENTENCE),
    "no numpy": (login.no_numpy, 1, SENTENCE),
    "clock ten years ahead": (clock.clock_ten_years_ahead, 1, RESULT),
    "clock ten years behind": (clock.clock_ten_years_behind, 1, RESULT),
    "clock set while it runs": (clock.clock_set_while_it_runs, 1, RESULT),
    "stale lease": (lease.stale_lease, 1, RESULT),
    "damaged lease": (lease.damaged_lease, 1, RESULT),
    "lease that runs out": (lease.lease_that_runs_out, 1, RESULT),
    "keeper that sleeps over its lease": (lease.keeper_that_sleeps_over_its_lease, 1, RESULT),
}


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
            scene.usual_s, scene.expected = undisturbed(scene)
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


if __name__ == "__main__":
    sys.exit(main())
