from pathlib import Path

import pytest
import tensorflow as tf

from edgecv.training.events import FILE, EventFiles
from edgecv.training.progress import Row

HISTORY = [
    {"epoch": 1, "learning_rate": 0.1, "loss": 2.0, "val_loss": 3.0, "top1": 0.5, "val_top1": 0.25, "seconds": 9},
    {"epoch": 2, "learning_rate": 0.2, "loss": 1.0, "val_loss": 2.0, "top1": 0.75, "val_top1": 0.5, "seconds": 9},
]


def curves_in(folder: Path) -> list[tuple[int, Row]]:
    """What TensorBoard would draw: the steps and their values."""
    records = tf.data.TFRecordDataset(str(folder / FILE))
    first, *events = (tf.compat.v1.Event.FromString(record.numpy()) for record in records)
    assert first.file_version == "brain.Event:2"  # or TensorBoard does not read on
    return [(event.step, {each.tag: each.simple_value for each in event.summary.value}) for event in events]


def test_both_runs_have_their_curves_under_the_same_names(tmp_path: Path) -> None:
    EventFiles(tmp_path).follow(HISTORY)
    learnt, validated = curves_in(tmp_path / "training"), curves_in(tmp_path / "validation")
    assert [step for step, _ in learnt] == [1, 2]
    assert learnt[1][1] == pytest.approx({"learning_rate": 0.2, "loss": 1.0, "top1": 0.75})
    assert validated[0] == (1, {"loss": 3.0, "top1": 0.25})


def test_rows_are_there_as_soon_as_they_are_known_and_once(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    files.follow(HISTORY[:1])
    assert len(curves_in(tmp_path / "training")) == 1
    files.follow(HISTORY)
    assert len(curves_in(tmp_path / "training")) == 2


def test_a_resumed_training_leaves_no_row_twice(tmp_path: Path) -> None:
    EventFiles(tmp_path).follow(HISTORY[:1])
    EventFiles(tmp_path).follow(HISTORY)
    assert [step for step, _ in curves_in(tmp_path / "validation")] == [1, 2]
