"""Bundles on emulated ARM boards: how equal their answers are, what a board needs, and how long the suite takes.

`python benchmarks/emulated.py WORK setup suite equality [RUN...]` writes results/emulated.json, or those of its parts
that are named, after each; what is made in WORK is found again. `setup` starts from nothing, pip's cache left out;
`suite` is `make test-emulated` behind it; `equality` compares networks of the tests, and artifacts of runs that are
named. No time of an emulated processor is measured. Exit code 1 says that a bar is missed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from circumstances import RESULTS, write_result
from emulated_equality import equality

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.emulated.boards import SITES, Board  # noqa: E402
from tests.emulated.test_equality import DISTINCT, ENOUGH, FLOAT_LIMIT  # noqa: E402

SECONDS, SITE_BYTES = 300, 130_000_000


class Stopwatch:
    """Of child processes: seconds on the wall, and of processors, which others on the machine delay less."""

    def __init__(self) -> None:
        self.start = time.perf_counter(), self._processor_seconds()

    def read(self) -> dict[str, float]:
        seconds, processor = time.perf_counter() - self.start[0], self._processor_seconds() - self.start[1]
        return {"seconds": round(seconds, 1), "processor_seconds": round(processor, 1)}

    def _processor_seconds(self) -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


def setup() -> dict[str, Any]:
    """From nothing, in a folder of its own; and the size of what a board is given, without compiled caches."""
    with TemporaryDirectory() as scratch:
        place = Path(scratch) / "emulated"
        watch = Stopwatch()
        subprocess.run(
            [sys.executable, "-m", "tests.emulated.setup", place],
            cwd=ROOT, env={**os.environ, "PIP_NO_CACHE_DIR": "1", "PYTHONPATH": str(ROOT)}, check=True,
        )  # fmt: skip
        return {**watch.read(), "site_bytes": {name: size(Board(name, place).site) for name in SITES}}


def size(site: Path) -> int:
    files = (path for path in site.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files)


def suite() -> dict[str, Any]:
    """All emulated tests, none of them skipped: the boards have to be set up, by `make emulated`."""
    watch = Stopwatch()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "-q",
        "-m",
        "emulated",
        "--require=emulated",
        "tests/emulated",
    ]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, check=False
    )
    result = done.stdout.strip().splitlines()[-1]
    print(result)
    return {**watch.read(), "passed": done.returncode == 0, "result": result}


def within(figures: dict[str, Any]) -> dict[str, bool]:
    """Which bars are met, of those whose parts were measured."""
    met = {}
    if "setup" in figures:
        met["site_bytes"] = figures["setup"]["site_bytes"]["litert"] <= SITE_BYTES
    if {"setup", "suite"} <= figures.keys():
        met["seconds"] = figures["setup"]["seconds"] + figures["suite"]["seconds"] <= SECONDS
        met["passed"] = figures["suite"]["passed"]
    return {**met, **(_equal(figures["equality"]) if "equality" in figures else {})}


def _equal(lines: list[dict[str, Any]]) -> dict[str, bool]:
    integers = [line for line in lines if line["precision"] == "int8"]
    same = [line for line in integers if line["here"][1] == line["there"][1] == "xnnpack"]
    floats = [line for line in lines if line["precision"] == "float32"]
    return {
        "same_kernels_bit_equal": bool(same) and not any(line["differing"] for line in same),
        "other_kernels_within_a_level": all(line["within_a_level"] == 1 for line in integers if line not in same),
        "floats_within_spread": bool(floats) and all(line["max_over_spread"] <= FLOAT_LIMIT for line in floats),
        "not_constant": all(line["distinct"] > DISTINCT for line in lines if line["values"] > ENOUGH),
    }


PARTS: dict[str, Callable[[Path, list[Path]], Any]] = {
    "setup": lambda _work, _runs: setup(),
    "suite": lambda _work, _runs: suite(),
    "equality": equality,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("parts", nargs="+", metavar="PART|RUN", help="setup, suite, equality, and folders of runs")
    asked = parser.parse_args()
    work, named = asked.work.absolute(), asked.parts
    runs = [Path(each) for each in named if each not in PARTS]
    path = RESULTS / "emulated.json"
    figures: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    figures["limits"] = {"seconds": SECONDS, "site_bytes": SITE_BYTES, "float_over_spread": FLOAT_LIMIT}
    for part in [part for part in PARTS if part in named]:
        figures[part] = PARTS[part](work, runs)
        figures["within"] = within(figures)
        print(write_result("emulated", figures))
    print(json.dumps(figures["within"], indent=1))
    return 0 if all(figures["within"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
