"""A run killed at many moments and run again must end with the artifacts of an undisturbed run.

A small recipe is run once undisturbed. Then, with an empty store, it is started again and again and killed with
SIGKILL: inside each stage (seen by the folder that the stage fills), at random moments of the long ones, and while a
file is half written. The last start is left alone. `python benchmarks/kills.py` writes results/kills.json.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from circumstances import write_result

RECIPE = "shapes_detection"
SMALL = [
    "--set",
    "training.epochs=4",
    "--set",
    "data.train=256",
    "--set",
    "data.test=48",
    "--set",
    "accuracy.max_drop=1",
]
# In the order of the pipeline, so that every start gets further than the one before.
MOMENTS = (
    *("start", "data", "train", "train", "train", "half-written file", "export", "export"),
    *("artifact", "artifact", "artifact", "half-written file", "bench", "bench", "evaluate", "pictures", "report"),
)
PATIENCE_S = 240


def start(out: Path, store: Path, log: Path) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("edgecv")), "run", RECIPE, "--out", str(out), *SMALL]
    environment = {**os.environ, "EDGECV_CACHE": str(store)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log.open("ab"))


def reached(moment: str, out: Path, store: Path, log: Path) -> bool:
    """Whether the run is inside that moment now."""
    if moment == "start":
        return True
    if moment == "data":
        return log.exists() and b"data " in log.read_bytes()
    if moment == "half-written file":
        return any(True for _ in store.rglob("*.edgecv-part")) or any(True for _ in out.rglob("*.edgecv-part"))
    if moment == "report":
        return b"evaluate" in log.read_bytes() and any((store / "finished" / "pictures").glob("*"))
    return any((store / "unfinished").glob(f"{moment}-*"))


def wait_for(seen: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if seen():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.0005)
    return False


def kill_at(moment: str, out: Path, store: Path, log: Path, chance: random.Random) -> dict[str, object]:
    """Start the recipe, kill it inside the moment, and say what was left half-done."""
    log.unlink(missing_ok=True)
    process = start(out, store, log)
    inside = wait_for(lambda: reached(moment, out, store, log), process)
    longest_s = {"train": 12.0, "export": 6.0, "artifact": 4.0, "bench": 2.0, "start": 0.5}.get(moment, 0.0)
    time.sleep(chance.uniform(0, longest_s))
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.5)  # children notice that their parent is gone
    return {
        "moment": moment,
        "killed_inside": inside and alive,
        "unfinished": sorted(path.name.split("-")[0] for path in (store / "unfinished").glob("*")),
        "half_written": sum(1 for root in (out, store) for _ in root.rglob("*.edgecv-part")),
    }


def digests(out: Path) -> dict[str, str]:
    return {
        path.parent.name: json.loads(path.read_text())["digests"]["artifact"]
        for path in sorted(out.glob("artifacts/*/manifest.json"))
    }


def main() -> int:
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        log = place / "stderr"
        assert start(place / "calm", place / "calm-store", log).wait() in (0, 6)
        expected = digests(place / "calm")
        kills = [kill_at(moment, place / "run", place / "store", log, chance) for moment in MOMENTS]
        assert start(place / "run", place / "store", log).wait() in (0, 6)
        found = digests(place / "run")
        leftovers = [str(path.relative_to(place)) for path in place.rglob("*.edgecv-part")]
        leftovers += [str(path.relative_to(place)) for path in (place / "store" / "unfinished").glob("*")]
    figures = {
        "recipe": RECIPE,
        "kills": kills,
        "killed_inside": sum(bool(each["killed_inside"]) for each in kills),
        "artifacts": expected,
        "equal_to_undisturbed_run": found == expected,
        "leftovers": leftovers,
    }
    print(json.dumps(figures, indent=1))
    print(write_result("kills", figures))
    enough = sum(bool(each["killed_inside"]) for each in kills) >= 15
    return 0 if enough and found == expected and not leftovers else 1


if __name__ == "__main__":
    sys.exit(main())
