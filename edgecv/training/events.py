"""The learning curves for TensorBoard: event files for two runs, training and validation, in a folder.

TensorFlow writes them by itself; TensorBoard need not be installed here.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf

from edgecv.training.progress import Row

FILE = "events.out.tfevents.edgecv"  # TensorBoard knows its files by the beginning of their names
RUNS = ("training", "validation")
VALIDATION = "val_"
NO_CURVES = ("epoch", "seconds")


class EventFiles:
    """Grow with the history, so that TensorBoard can follow; those of a resumed training begin with all there is."""

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self.writers = {run: _new_file(folder / run) for run in RUNS}

    def follow(self, history: Sequence[Row]) -> None:
        """Write the rows that are new."""
        for row in history[self.rows :]:
            for run, curves in zip(RUNS, _split(row), strict=True):
                self.writers[run].write(_event(int(row["epoch"]), curves).SerializeToString())
                self.writers[run].flush()
        self.rows = len(history)


def _new_file(folder: Path) -> tf.io.TFRecordWriter:
    folder.mkdir(parents=True, exist_ok=True)
    writer = tf.io.TFRecordWriter(str(folder / FILE))
    writer.write(tf.compat.v1.Event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())
    return writer


def _split(row: Row) -> tuple[Row, Row]:
    """What was seen in learning and in validation, under the same names, so that TensorBoard lays them together."""
    curves = {name: value for name, value in row.items() if name not in NO_CURVES}
    validation = {name.removeprefix(VALIDATION): curves[name] for name in curves if name.startswith(VALIDATION)}
    return {name: value for name, value in curves.items() if not name.startswith(VALIDATION)}, validation


def _event(epoch: int, curves: Mapping[str, float]) -> tf.compat.v1.Event:
    values = [tf.compat.v1.Summary.Value(tag=name, simple_value=value) for name, value in curves.items()]
    return tf.compat.v1.Event(wall_time=time.time(), step=epoch, summary=tf.compat.v1.Summary(value=values))
