"""All that a training needs to go on as if it had never been killed, in one file that is written whole or not at all.

The data needs no place in it: its order follows from the seed and the epoch.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.records.files import write_whole
from edgecv.training.learner import Learner
from edgecv.training.progress import Progress

FILE = "checkpoint.npz"


def save(folder: Path, identity: str, learner: Learner, progress: Progress) -> None:
    """Keep the state after an epoch; `identity` says which training it belongs to."""
    about = {"identity": identity, "history": progress.history, "best_epoch": progress.best_epoch}
    named: dict[str, Any] = {"about": np.array(json.dumps(about))}
    for kind, arrays in (
        ("network", [variable.numpy() for variable in learner.network.variables]),
        ("optimizer", [variable.numpy() for variable in learner.optimizer.variables]),
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
        for kind, variables in (("network", learner.network.variables), ("optimizer", learner.optimizer.variables)):
            for number, variable in enumerate(variables):
                variable.assign(kept[f"{kind}/{number}"])
        best = [kept[f"best/{number}"] for number in range(len(learner.network.weights))]
    return Progress(about["history"], about["best_epoch"], best)
