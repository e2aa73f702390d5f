"""The networks whose bundles `emulated.py` compares, and the comparison, a line a board and output."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from edgecv.bundle import write_bundle
from edgecv.ondevice.images import samples_of
from edgecv.records.artifact import Artifact, open_sealed

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.emulated.answers import answers, differences  # noqa: E402
from tests.emulated.boards import SITES, Board  # noqa: E402
from tests.emulated.bundles import PRECISIONS, TARGETS, TASKS, Bundles  # noqa: E402
from tests.emulated.test_equality import TARGET  # noqa: E402
from tests.targets.networks import images  # noqa: E402

IMAGES = 32
LARGE_IMAGES = 4  # of MobileNetV2


class Case(NamedTuple):
    network: str
    artifact: Artifact
    images: np.ndarray


def equality(work: Path, runs: list[Path]) -> list[dict[str, Any]]:
    """All networks on all boards that have a runtime for them, beside this machine."""
    return [line for case in _cases(work, runs) for line in _compared(case, work)]


def _cases(work: Path, runs: list[Path]) -> Iterator[Case]:
    os.environ["EDGECV_CACHE"] = str(work / "store")
    bundles = Bundles(work / "bundles")
    for task in TASKS:
        for target in TARGETS:
            for precision in PRECISIONS:
                bundle = bundles.of(task, target, precision)
                yield Case(f"{task}, random weights", open_sealed(bundle), images(IMAGES, seed=9))
    for artifact in _mobilenet(work / "mobilenet"):
        yield Case("MobileNetV2 224, random weights", artifact, samples_of(artifact)[:LARGE_IMAGES])
    for run in runs:
        for target in TARGETS:
            for precision in PRECISIONS:
                folder = run / "artifacts" / f"{target}-{precision}"
                if folder.is_dir():
                    artifact = open_sealed(folder)
                    yield Case(f"{artifact.manifest.task}, trained", artifact, samples_of(artifact)[:IMAGES])


def _mobilenet(work: Path) -> list[Artifact]:
    if not (work / "artifacts").exists():
        _make_mobilenet(work)
    return [open_sealed(folder) for folder in sorted((work / "artifacts").iterdir())]


def _make_mobilenet(work: Path) -> None:
    subprocess.run([sys.executable, Path(__file__).with_name("conversion_cost.py"), work, "prepare"], check=True)
    (work / "photos").mkdir(exist_ok=True)
    for number, image in enumerate(np.load(work / "calibration.npy")):
        Image.fromarray(image).save(work / "photos" / f"{number:03}.png")
    asked = json.loads((work / "request.json").read_text())
    (work / "labels.txt").write_text("\n".join(asked["labels"]))
    (work / "preprocess.yaml").write_text(json.dumps(asked["preprocess"]))
    described = ["--task=classification", "--labels=labels.txt", "--preprocess=preprocess.yaml", "--calibration=photos"]
    wanted = ["--target=tflite", "--target=onnx", "--precision=int8", "--out=artifacts"]
    command = [sys.executable, "-m", "edgecv.cli.main", "convert", "network.keras", *described, *wanted]
    subprocess.run(command, cwd=work, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)


def _compared(case: Case, work: Path) -> Iterator[dict[str, Any]]:
    """A line a board and output."""
    manifest = case.artifact.manifest
    bundle = case.artifact.folder
    if not case.artifact.bundled:
        bundle = write_bundle(case.artifact, work / "compared.pyz").path
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
