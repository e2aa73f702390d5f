"""A run killed at many moments and run again must end with the artifacts of an undisturbed run.

A small recipe is run once undisturbed. Then, with an empty store, it is started again and again and killed with
SIGKILL: inside each stage, at random moments of the long ones, and while a file is half written. Whether a kill hit
its moment is judged by what it left behind; one that came too late does not count and is tried again. The last start
is left alone. `python benchmarks/kills.py` writes results/kills.json.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circumstances import write_result

from edgecv.records.files import PART

RECIPE = "shapes_detection"
SETTINGS = ("training.epochs=4", "data.train=256", "data.test=48", "calibration.images=64", "accuracy.max_drop=1")
HALF_WRITTEN = "half-written file"
# In the order of the pipeline, so that every start gets further than the one before.
MOMENTS = (
    *("start", "data", "train", "train", "train", HALF_WRITTEN, "export", "export"),
    *("artifact", "artifact", "artifact", HALF_WRITTEN, "bench", "bench", "evaluate", "pictures", "report"),
)
LONGEST_DELAY_S = {"start": 0.5, "train": 12.0, "export": 6.0, "artifact": 4.0, "bench": 2.0}
SHORTER = (1, 0.25, 0)  # the part of a moment's delay that each attempt at it takes
LEAST = 15
PATIENCE_S = 240


@dataclass(frozen=True)
class Place:
    """Where the runs that are killed leave their traces."""

    out: Path
    store: Path
    log: Path
    artifacts: int  # how many an undisturbed run makes

    def start(self) -> subprocess.Popen[bytes]:
        """Start the recipe; it and its children are a process group of their own."""
        settings = [part for setting in SETTINGS for part in ("--set", setting)]
        command = [str(Path(sys.executable).with_name("edgecv")), "run", RECIPE, "--out", str(self.out), *settings]
        environment = {**os.environ, "EDGECV_CACHE": str(self.store)}
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
            )

    def finish(self) -> None:
        """Run the recipe to its end."""
        process = self.start()
        try:
            assert process.wait() in (0, 6), self.log.read_text()  # 6: a busy machine
        finally:
            process.kill()

    def inside(self, moment: str, since: float) -> bool:
        """Whether the run that was started then is inside that moment, or was when it ended."""
        if moment == "start":
            return not self._said("data")
        if moment == "data":
            return self._said("data") > 0
        if moment == HALF_WRITTEN:
            return any(path.stat().st_ctime >= since for path in self.half_written())
        if moment == "report":
            return self._said("evaluate") == self.artifacts and (self.store / "finished" / "pictures").exists()
        return any(
            folder.stat().st_ctime >= since and _is_being_made(folder)
            for folder in self.unfinished()
            if folder.name.startswith(f"{moment}-")
        )

    def _said(self, stage: str) -> int:
        """How many lines the run has printed about a stage."""
        return sum(line.startswith(stage) for line in self.log.read_text().splitlines())

    def unfinished(self) -> list[Path]:
        return sorted((self.store / "unfinished").glob("*"))

    def half_written(self) -> list[Path]:
        return [
            Path(folder) / name
            for root in (self.out, self.store)
            for folder, folders, files in os.walk(root)  # which, unlike rglob, bears with what goes away meanwhile
            for name in (*folders, *files)
            if name.endswith(PART)
        ]

    def make_room(self, moment: str) -> None:
        """Take away what the moment has made, so that the next start makes it again."""
        made = self.out if moment == HALF_WRITTEN else self.store / "finished" / moment
        shutil.rmtree(made, ignore_errors=True)

    def digests(self) -> dict[str, str]:
        return {
            path.parent.name: json.loads(path.read_text())["digests"]["artifact"]
            for path in sorted(self.out.glob("artifacts/*/manifest.json"))
        }


def _is_being_made(folder: Path) -> bool:
    """All artifacts are claimed before the export begins: one that is empty is not being made yet."""
    return not folder.name.startswith("artifact-") or any(folder.iterdir())


def kill_at(moment: str, place: Place, chance: random.Random) -> list[dict[str, Any]]:
    """Kill the recipe inside the moment, with further attempts where the kill came too late."""
    attempts: list[dict[str, Any]] = []
    for share in SHORTER:
        if attempts:
            place.make_room(moment)
        attempts.append(attempt(moment, place, chance.uniform(0, LONGEST_DELAY_S.get(moment, 0)) * share))
        if attempts[-1]["killed_inside"]:
            break
    return attempts


def attempt(moment: str, place: Place, delay_s: float) -> dict[str, Any]:
    """Start the recipe, kill it inside the moment, and say what was left half-done."""
    since = time.time()
    process = place.start()
    try:
        wait_until_inside(moment, place, since, process)
        time.sleep(delay_s)
        if moment == HALF_WRITTEN and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # a child may be the one that writes, and would finish its file
    finally:
        process.kill()
    killed = process.wait() == -signal.SIGKILL
    time.sleep(0.5)  # children notice that their parent is gone
    return {
        "moment": moment,
        "killed_inside": killed and place.inside(moment, since),
        "unfinished": [path.name.split("-")[0] for path in place.unfinished()],
        "half_written": len(place.half_written()),
    }


def wait_until_inside(moment: str, place: Place, since: float, process: subprocess.Popen[bytes]) -> None:
    """Until the run is there, has ended, or patience has."""
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(FileNotFoundError):  # what was looked at has been renamed: look again
            if place.inside(moment, since) and (moment != HALF_WRITTEN or stopped_inside(place, since, process)):
                return
        time.sleep(0.0005)


def stopped_inside(place: Place, since: float, process: subprocess.Popen[bytes]) -> bool:
    """A file is half written for a millisecond only: stop the run, and let it go on where that was too late."""
    os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(0.01)  # all its threads have stopped by then
    if place.inside(HALF_WRITTEN, since):
        return True
    os.killpg(process.pid, signal.SIGCONT)
    return False


def main() -> int:
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        calm = Place(root / "calm", root / "calm-store", root / "calm-stderr", 0)
        calm.finish()
        expected = calm.digests()
        place = Place(root / "run", root / "store", root / "stderr", len(expected))
        kills = [kill for moment in MOMENTS for kill in kill_at(moment, place, chance)]
        place.finish()
        found = place.digests()
        leftovers = [str(path.relative_to(root)) for path in (*place.half_written(), *place.unfinished())]
    hits = [kill["moment"] for kill in kills if kill["killed_inside"]]
    figures = {
        "recipe": RECIPE,
        "settings": SETTINGS,
        "kills": kills,
        "killed_inside": len(hits),
        "never_hit": sorted(set(MOMENTS) - set(hits)),
        "artifacts": expected,
        "equal_to_undisturbed_run": found == expected,
        "leftovers": leftovers,
    }
    print(json.dumps(figures, indent=1))
    print(write_result("kills", figures))
    enough = len(hits) >= LEAST and set(hits) == set(MOMENTS)
    return 0 if enough and found == expected and not leftovers else 1


if __name__ == "__main__":
    sys.exit(main())
