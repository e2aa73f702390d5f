"""All that a training needs to go on as if it had never been killed, in one file that is written whole or not at all.

The data needs no place in it: its order follows from the seed, the epoch and the step.
"""

import dataclasses
import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.records.files import write_whole
from edgecv.training.learner import Learner
from edgecv.training.progress import Progress, Tally

FILE = "checkpoint.npz"
EVERY_S = 120.0  # within an epoch
COST = 20  # times as long as the last checkpoint took to write: large networks are kept less often


class Keeper:
    """Keeps the state of one training; `identity` says which it is."""

    def __init__(self, folder: Path, identity: str, learner: Learner, progress: Progress) -> None:
        self.folder, self.identity, self.learner, self.progress = folder, identity, learner, progress
        self.due = time.monotonic() + EVERY_S

    def keep_when_due(self) -> None:
        """To be called after every step."""
        if time.monotonic() >= self.due:
            self.keep()

    def keep(self) -> None:
        """Write the state of now."""
        started = time.monotonic()
        save(self.folder, self.identity, self.learner, self.progress)
        ended = time.monotonic()
        self.due = ended + max(EVERY_S, COST * (ended - started))


def save(folder: Path, identity: str, learner: Learner, progress: Progress) -> None:
    about = {
        "identity": identity,
        "history": progress.history,
        "best_epoch": progress.best_epoch,
        "under_way": dataclasses.asdict(progress.under_way),
    }
    named: dict[str, Any] = {"about": np.array(json.dumps(about))}
    for kind, arrays in (
        ("state", [variable.numpy() for variable in learner.variables]),
        ("best", progress.best_weights),
    ):
        named |= {f"{kind}/{number}": array for number, array in enumerate(arrays)}
    file = io.BytesIO()
    np.savez(file, **named)
    write_whole(folder / FILE, file.getvalue())


def restore(folder: Path, identity: str, learner: Learner) -> Progress:
    """Put the last kept state back; a training that was killed before its first one begins anew."""
    path = folder / FILE
    if not path.exists():
        return Progress()
    with np.load(path, allow_pickle=False) as kept:
        about = json.loads(str(kept["about"]))
        if about["identity"] != identity:
            raise InputError(f"{path}: belongs to another training: its recipe or data differ; train without resuming")
        for number, variable in enumerate(learner.variables):
            variable.assign(kept[f"state/{number}"])
        best = [kept[name] for name in kept.files if name.startswith("best/")]
    return Progress(about["history"], about["best_epoch"], best, Tally(**about["under_way"]))
