"""A recipe becomes a trained network: `python -m edgecv.training REQUEST.json OUT`.

The story is in `train.py`; the steps are pictures -> augment -> batches -> learner -> after_epoch -> predict. Training
repeats bit for bit on the same machine and versions: the order and the augmentation of the data are functions of the
seed, the epoch and the step, and what an epoch leaves behind is kept whole in a checkpoint. This package imports no
TensorFlow by itself; its modules do.
"""

from importlib.util import find_spec

NEEDS = ("tensorflow", "keras", "matplotlib")


def missing() -> str | None:
    """What this machine lacks to train and to open a network, in one sentence; None when it lacks nothing."""
    absent = [name for name in NEEDS if find_spec(name) is None]
    return f"{', '.join(absent)} not installed: pip install 'edgecv[train]'" if absent else None
