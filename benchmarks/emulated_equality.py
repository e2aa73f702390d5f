"""The networks whose bundles `emulated.py` compares, and the comparison, a line a board and output."""

import dataclasses
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

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
LARGE = 200  # pixels of a side
LARGE_IMAGES = 4  # an emulated processor takes seconds for one


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
    for run in runs:
        for target in TARGETS:
            for precision in PRECISIONS:
                folder = run / "artifacts" / f"{target}-{precision}"
                if folder.is_dir():
                    artifact = open_sealed(folder)
                    yield Case(run.name, artifact, _shown(artifact))


def _shown(artifact: Artifact) -> np.ndarray:
    """Pictures of its own."""
    return samples_of(artifact)[: LARGE_IMAGES if min(artifact.manifest.preprocess.size) > LARGE else IMAGES]


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
