"""The train stage: what the user hears of it, and sees."""

from pathlib import Path

import pytest

from edgecv.pipeline.splits import open_splits
from edgecv.pipeline.store import Store
from edgecv.pipeline.train import _hear, train
from edgecv.pipeline.workshop import Workshop
from edgecv.training.notes import NOTE
from tests.training.recipes import recipe


def test_a_note_stays_on_the_screen_and_progress_does_not(tmp_path: Path) -> None:
    lines: list[str] = []
    passing: list[str] = []
    workshop = Workshop(Store(tmp_path), tmp_path / "log", lines.append, passing.append)
    _hear(workshop, "epoch 1/3: loss 2.1")
    _hear(workshop, f"{NOTE}the loss did not fall")
    assert passing == ["epoch 1/3: loss 2.1"]
    assert lines == ["train     the loss did not fall"]


@pytest.mark.slow
def test_curves_for_tensorboard_are_written_by_a_new_training_and_from_a_stored_one(tmp_path: Path) -> None:
    lines: list[str] = []
    workshop = Workshop(Store(tmp_path / "store"), tmp_path / "log", lines.append)
    asked = recipe("classification")
    splits = open_splits(asked)
    sizes = []
    for name in ("new", "stored"):
        train(asked, splits, workshop, tensorboard=tmp_path / name)
        sizes.append(sorted(file.stat().st_size for file in (tmp_path / name).rglob("events*")))
    assert sizes[0] == sizes[1] != []
    assert "(stored)" in "".join(lines)
    assert sum("validation split holds nothing" in line for line in lines) == 2  # said again for the stored one
