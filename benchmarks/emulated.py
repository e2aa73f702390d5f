"""Bundles on emulated ARM boards: how equal their answers are, what a board needs, and how long the suite takes.

`python benchmarks/emulated.py setup suite equality [RUN...]` writes results/emulated.json, or those of its parts that
are named. `setup` starts from nothing, pip's cache left out; `suite` is `make test-emulated` behind it; `equality`
compares networks of the tests, MobileNetV2 at 224 with random weights, and artifacts of runs that are named.
No time of an emulated processor is measured. Exit code 1 says that a bar is missed.
"""

import argparse
import dataclasses
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from circumstances import RESULTS, write_result

from edgecv.bundle import write_bundle
from edgecv.ondevice.images import samples_of
from edgecv.records.artifact import Artifact, open_sealed

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.emulated.answers import answers, differences  # noqa: E402
from tests.emulated.boards import SITES, Board  # noqa: E402
from tests.emulated.bundles import PRECISIONS, TASKS, Bundles  # noqa: E402
from tests.emulated.test_equality import DISTINCT, ENOUGH, FLOAT_LIMIT, TARGET  # noqa: E402
from tests.targets.networks import images  # noqa: E402

SECONDS, SITE_BYTES = 300, 130_000_000
IMAGES = 32
LARGE_IMAGES = 4  # of MobileNetV2


class Case(NamedTuple):
    network: str
    artifact: Artifact
    images: np.ndarray


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
    """All emulated tests, on boards that are set up."""
    watch = Stopwatch()
    command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "-m", "emulated", "tests/emulated"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, check=False
    )
    result = done.stdout.strip().splitlines()[-1]
    print(result)
    return {**watch.read(), "passed": done.returncode == 0, "result": result}


def equality(runs: list[Path]) -> list[dict[str, Any]]:
    with TemporaryDirectory() as scratch:
        return [line for case in _cases(runs, Path(scratch)) for line in _compared(case, Path(scratch))]


def _cases(runs: list[Path], scratch: Path) -> Iterator[Case]:
    os.environ["EDGECV_CACHE"] = str(scratch / "store")
    bundles = Bundles(scratch / "bundles")
    targets = sorted({_target(board) for board in SITES})
    for task in TASKS:
        for target in targets:
            for precision in PRECISIONS:
                bundle = bundles.of(task, target, precision)
                yield Case(f"{task}, random weights", open_sealed(bundle), images(IMAGES, seed=9))
    for artifact in _mobilenet(scratch / "mobilenet"):
        yield Case("MobileNetV2 224, random weights", artifact, samples_of(artifact)[:LARGE_IMAGES])
    for run in runs:
        for target in targets:
            for precision in PRECISIONS:
                folder = run / "artifacts" / f"{target}-{precision}"
                if folder.is_dir():
                    artifact = open_sealed(folder)
                    yield Case(f"{artifact.manifest.task}, trained", artifact, samples_of(artifact)[:IMAGES])


def _mobilenet(work: Path) -> list[Artifact]:
    subprocess.run([sys.executable, Path(__file__).with_name("conversion_cost.py"), work, "prepare"], check=True)
    from PIL import Image

    (work / "photos").mkdir()
    for number, image in enumerate(np.load(work / "calibration.npy")):
        Image.fromarray(image).save(work / "photos" / f"{number:03}.png")
    asked = json.loads((work / "request.json").read_text())
    (work / "labels.txt").write_text("\n".join(asked["labels"]))
    (work / "preprocess.yaml").write_text(json.dumps(asked["preprocess"]))
    described = ["--task=classification", "--labels=labels.txt", "--preprocess=preprocess.yaml", "--calibration=photos"]
    wanted = ["--target=tflite", "--target=onnx", "--precision=int8", "--out=artifacts"]
    command = [sys.executable, "-m", "edgecv.cli.main", "convert", "network.keras", *described, *wanted]
    subprocess.run(command, cwd=work, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    return [open_sealed(folder) for folder in sorted((work / "artifacts").iterdir())]


def _compared(case: Case, scratch: Path) -> Iterator[dict[str, Any]]:
    """A line a board and output."""
    manifest = case.artifact.manifest
    bundle = case.artifact.folder
    if not case.artifact.bundled:
        bundle = write_bundle(case.artifact, scratch / "compared.pyz").path
    here = answers(None, bundle, case.images)
    for name in SITES:
        if _target(name) != manifest.target:
            continue
        there = answers(Board(name), bundle, case.images)
        for output, each in differences(here, there).items():
            line = {
                "network": case.network, "board": name, "target": manifest.target, "precision": manifest.precision,
                "output": output, "here": [here.runtime, here.kernels], "there": [there.runtime, there.kernels],
                "computed_there_in": there.runtime_precision, **dataclasses.asdict(each),
            }  # fmt: skip
            print(*(line[key] for key in ("network", "board", "precision", "output", "max_levels", "max_over_spread")))
            yield line


def _target(board: str) -> str:
    return TARGET.get(board, "tflite")


def within(figures: dict[str, Any]) -> dict[str, bool]:
    """Which bars are met, of those whose parts were measured."""
    met = {}
    if {"setup", "suite"} <= figures.keys():
        met["seconds"] = figures["setup"]["seconds"] + figures["suite"]["seconds"] <= SECONDS
        met["site_bytes"] = figures["setup"]["site_bytes"]["litert"] <= SITE_BYTES
    lines = figures.get("equality", [])
    integers = [line for line in lines if line["precision"] == "int8"]
    same = [line for line in integers if line["here"][1] == line["there"][1] == "xnnpack"]
    met["same_kernels_bit_equal"] = bool(same) and not any(line["differing"] for line in same)
    met["other_kernels_within_a_level"] = all(line["within_a_level"] == 1 for line in integers if line not in same)
    floats = [line for line in lines if line["precision"] == "float32"]
    met["floats_within_spread"] = bool(floats) and all(line["max_over_spread"] <= FLOAT_LIMIT for line in floats)
    met["not_constant"] = all(line["distinct"] > DISTINCT for line in lines if line["values"] > ENOUGH)
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", metavar="PART|RUN", help="setup, suite, equality, and folders of runs")
    named = parser.parse_args().parts
    path = RESULTS / "emulated.json"
    figures: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if "setup" in named:
        figures["setup"] = setup()
    if "suite" in named:
        figures["suite"] = suite()
    if "equality" in named:
        figures["equality"] = equality([Path(each) for each in named if each not in ("setup", "suite", "equality")])
    figures["limits"] = {"seconds": SECONDS, "site_bytes": SITE_BYTES, "float_over_spread": FLOAT_LIMIT}
    figures["within"] = within(figures)
    print(json.dumps(figures["within"], indent=1))
    print(write_result("emulated", figures))
    return 0 if all(figures["within"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
