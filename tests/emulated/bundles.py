"""Real bundles: a network of each task, converted and bundled by the commands that a user types.

The networks have random weights and lively outputs. That is harder on equality than trained ones, and nothing has to be
trained for it.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from edgecv.bundle import write_bundle
from edgecv.records.artifact import open_sealed
from edgecv.records.recipe import Precision, Task
from tests.conftest import ROOT
from tests.targets.networks import LABELS, PREPROCESS, images, lively_network, request_for

TASKS: tuple[Task, ...] = ("classification", "detection", "segmentation")
PRECISIONS: tuple[Precision, ...] = ("int8", "float32")
TARGETS = ("tflite", "onnx", "openvino")
Builds = tuple[tuple[str, ...], tuple[Precision, ...]]  # targets, each in these precisions
FIRST: Builds = (("tflite",), ("int8",))  # all that the short part of the tests needs
ALL: Builds = (TARGETS, PRECISIONS)
PHOTOS = 90


@dataclass(frozen=True)
class Bundles:
    folder: Path  # which several test processes share

    def of(self, task: Task, target: str, precision: Precision) -> Path:
        """The bundle, which is made with its neighbours when the first of them is asked for."""
        bundle = self._place(task, target, precision)
        builds = FIRST if ((target,), (precision,)) == FIRST else ALL
        if not bundle.exists() and not self._made(task, builds, fcntl.LOCK_NB):
            # Another process is at it. Meanwhile this one makes what will be asked for next.
            others = (each for each in TASKS if not self._place(each, target, precision).exists())
            any(self._made(each, builds, fcntl.LOCK_NB) for each in others if each != task)
            self._made(task, builds)
        return bundle

    def photo(self, task: Task) -> Path:
        return self.folder / task / "photos/00.png"

    def _place(self, task: Task, target: str, precision: Precision) -> Path:
        return self.folder / task / f"{target}-{precision}.pyz"

    def _made(self, task: Task, builds: Builds, how: int = 0) -> bool:
        """Make them where they are not there yet; False where another process is at it and `how` says not to wait."""
        folder = self.folder / task
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | how)
            except BlockingIOError:
                return False
            places = [self._place(task, target, precision) for target in builds[0] for precision in builds[1]]
            if not all(place.exists() for place in places):
                _convert(task, folder, *builds)
                for place in places:
                    write_bundle(open_sealed(folder / "artifacts" / place.stem), place)
        return True


def _convert(task: Task, place: Path, targets: tuple[str, ...], precisions: tuple[Precision, ...]) -> None:
    if not (place / "network.keras").exists():
        _describe(task, place)
    chosen = [f"--target={target}" for target in targets] + [f"--precision={precision}" for precision in precisions]
    described = [f"--task={task}", "--labels=labels.txt", "--preprocess=preprocess.yaml", "--calibration=photos"]
    if task == "detection":
        described.append("--postprocess=postprocess.yaml")
    command = [sys.executable, "-m", "edgecv.cli.main", "convert", "network.keras", *chosen, *described]
    where = [f"--out=artifacts/{targets[0]}-{precisions[0]}" if len(chosen) == 2 else "--out=artifacts"]  # a single one
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, *where], cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _describe(task: Task, place: Path) -> None:
    request = request_for(lively_network(task), task, place)
    (place / "labels.txt").write_text("\n".join(LABELS))
    (place / "photos").mkdir()
    for number, image in enumerate(images(PHOTOS, seed=1)):
        Image.fromarray(image).save(place / "photos" / f"{number:02}.png")
    preprocess = {"size": PREPROCESS.size, "mean": PREPROCESS.mean, "std": PREPROCESS.std}
    for name, block in (("preprocess", preprocess), ("postprocess", request.postprocess)):
        (place / f"{name}.yaml").write_text(json.dumps(block))  # which YAML is, too
