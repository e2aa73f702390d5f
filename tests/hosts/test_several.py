"""Several boards of one run are at work at the same time, each leased to it."""

import dataclasses
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edgecv.documents import load_device, load_recipe
from edgecv.ondevice import predictions
from edgecv.ondevice.tasks.classification import Classification
from edgecv.pipeline.devices import Stages
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import open_sealed
from edgecv.records.recipe import Accuracy, Bench
from tests.conftest import Need
from tests.evaluation.color_artifacts import color_artifact, color_samples
from tests.hosts import loopback
from tests.hosts.loopback import LoopbackBoard

IMAGES = 6


@pytest.fixture
def pair(tmp_path: Path, need: Need, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[LoopbackBoard]]:
    need("sshd", loopback.missing())
    boards = [loopback.make_board(tmp_path / name, name) for name in ("first", "second")]
    first, second = (board.folder / "config" for board in boards)
    first.write_text(first.read_text() + second.read_text())
    monkeypatch.setenv("PATH", f"{boards[0].folder / 'client'}{os.pathsep}{os.environ['PATH']}")
    try:
        yield boards
    finally:
        for board in boards:
            board.stop()


@pytest.mark.slow
def test_two_boards_are_measured_and_scored_side_by_side(pair: list[LoopbackBoard], tmp_path: Path) -> None:
    samples = color_samples("classification", IMAGES)
    perfect = [Classification(np.eye(3, dtype=np.float32)[index % 3]) for index in range(IMAGES)]
    saved = predictions.save(tmp_path / "float.npz", perfect, "classification")
    digits = load_recipe("digits").record
    recipe = dataclasses.replace(digits, bench=Bench(mode="quick"), accuracy=Accuracy("top1", 0.1))
    artifact = open_sealed(color_artifact(tmp_path / "colors", "classification"))
    stages = Stages(recipe, [artifact], samples, saved, tmp_path / "run", remeasure=False)

    both, over = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            if all(board.lease.exists() for board in pair):
                both.set()

    watching = threading.Thread(target=watch)
    watching.start()
    profiles = [load_device(board.profile).record for board in pair]
    measured, scored = stages.on(profiles, Workshop(default_store(), tmp_path / "log"))
    over.set()
    watching.join()
    assert both.is_set()
    assert [each.device.profile for each in measured] == ["first", "second"]
    assert [(each.device, each.value) for each in scored] == [("first", 1.0), ("second", 1.0)]
    for board in pair:
        board.wait_until_clean()
