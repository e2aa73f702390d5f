"""A training that is killed at any step goes on as if nothing had happened."""

import csv
import dataclasses
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecv.records.files import write_json
from edgecv.records.recipe import Recipe
from edgecv.training import checkpoint
from edgecv.training.learner import Learner
from edgecv.training.train import train
from tests.training.recipes import recipe

# Every step leaves a checkpoint, as if each took minutes.
CHILD = (
    "from edgecv.training import __main__, checkpoint; checkpoint.EVERY_S = checkpoint.COST = 0; __main__.main({!r})"
)
EVERYTHING = {
    "ema": 0.9,
    "precision": "mixed_bfloat16",
    "schedule": "steps",
    "class_weights": "balanced",
    "label_smoothing": 0.1,
}


class Killed(Exception):
    pass


def outcome(folder: Path) -> tuple[Any, list[dict[str, str]]]:
    """Bit for bit what came out, but for the time it took."""
    with (folder / "out" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    facts = json.loads((folder / "out" / "training.json").read_bytes())
    return facts, [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def trained(asked: Recipe, folder: Path) -> tuple[Any, list[dict[str, str]]]:
    train(asked, folder / "out", checkpoint=folder / "checkpoint", resume=True)
    return outcome(folder)


@pytest.fixture
def ends_after(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Keep a checkpoint after every step, and let a training end after some of them."""
    learn = Learner.learn
    monkeypatch.setattr(checkpoint, "EVERY_S", 0)
    monkeypatch.setattr(checkpoint, "COST", 0)

    def ends(steps: int | None) -> None:
        left = iter(range(steps)) if steps is not None else iter(int, 1)

        def learn_or_end(self: Learner, *step: Any) -> Any:
            if next(left, None) is None:
                raise Killed
            return learn(self, *step)

        monkeypatch.setattr(Learner, "learn", learn_or_end)

    return ends


def test_a_training_with_everything_goes_on_in_the_middle_of_an_epoch(ends_after: Any, tmp_path: Path) -> None:
    asked = recipe("classification", epochs=2, **EVERYTHING)
    calm = trained(asked, tmp_path / "calm")
    ends_after(4)  # of two epochs of three steps
    with pytest.raises(Killed):
        trained(asked, tmp_path / "killed")
    ends_after(None)
    assert trained(asked, tmp_path / "killed") == calm


@pytest.mark.slow
@pytest.mark.parametrize("task", ["classification", "detection", "segmentation"])
@pytest.mark.parametrize("settings", [{}, EVERYTHING], ids=["plain", "everything"])
def test_a_child_that_is_killed_at_random_moments_goes_on(task: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    known = {name: value for name, value in settings.items() if name not in _foreign_to(task)}
    asked, chance = recipe(task, epochs=6, **known), random.Random(task)
    calm = trained(asked, tmp_path / "calm")
    killed_at = []
    for _ in range(4):
        child = start(asked, tmp_path / "killed")
        killed_at.append(kill_later(child, tmp_path / "killed", chance))
    assert len(set(killed_at)) > 1
    assert trained(asked, tmp_path / "killed") == calm


def _foreign_to(task: str) -> set[str]:
    return {"classification": set(), "segmentation": {"label_smoothing"}}.get(
        task, {"label_smoothing", "class_weights"}
    )


def start(asked: Recipe, folder: Path) -> subprocess.Popen[bytes]:
    plain = {"recipe": dataclasses.asdict(asked), "checkpoint": str(folder / "checkpoint"), "resume": True}
    request = write_json(folder / "request.json", plain)
    arguments = ["train", str(request), str(folder / "out")]
    return subprocess.Popen([sys.executable, "-c", CHILD.format(arguments)], stdout=subprocess.DEVNULL)


def kill_later(child: subprocess.Popen[bytes], folder: Path, chance: random.Random) -> tuple[int, int]:
    """Kill a child a few steps after its first checkpoint; the result is how far it was: epochs and steps."""
    path = folder / "checkpoint" / checkpoint.FILE
    before = path.stat().st_mtime_ns if path.exists() else 0
    try:
        while child.poll() is None and (not path.exists() or path.stat().st_mtime_ns == before):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.3))
    finally:
        child.kill()
    assert child.wait() == -signal.SIGKILL, "the training was done before it was killed"
    with np.load(path) as kept:
        about = json.loads(str(kept["about"]))
    return len(about["history"]), about["under_way"]["steps"]
