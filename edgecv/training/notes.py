"""What a user should know about a training that has gone wrong, or is about to, in words and with what to try.

A note is told at once, as progress that stays on the screen, and kept in training.json. A training that cannot recover
ends instead.
"""

import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice import child
from edgecv.ondevice.tasks import detection
from edgecv.records.recipe import Task, Training
from edgecv.records.samples import Boxes, Label, Mask, Truth, Values
from edgecv.training.progress import Row

NOTE = "note: "  # how a line of progress begins that stays
LOOKED_AT = 32  # validation images, to see whether every answer is the same
LEAST_SPREAD = 0.05  # of values that are answered, over that of the true ones
FALLEN = 0.99  # of the first epoch's loss: more than this is no fall
LEARNT = 0.02  # a loss below it has nowhere to fall: what pretrained weights may begin with
TRY = "try a lower training.learning_rate or more epochs, and look at the truth with: edgecv data show"


class Notes:
    """What was said about one training."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def add(self, note: str | None) -> None:
        """Say a note, if there is one, and keep it."""
        if note:
            self.kept.append(note)
            self.say(note)

    def say(self, note: str | None) -> None:
        """Say it now; it may yet turn out to be wrong."""
        if note:
            child.progress(f"{NOTE}{note}")


def refuse_nan(loss: float, epoch: int, step: int, training: Training) -> None:
    """End a training that cannot recover, at the step that shows it; both count from 0."""
    if math.isfinite(loss):
        return
    if epoch == step == 0:  # no rate is to blame before anything has moved
        raise InputError(
            "training: loss is not a number in the very first step, before anything was learnt; look at "
            "preprocess.mean and preprocess.std, at the weights it began with, and for broken images and truth"
        )
    _refuse("loss", f"step {step + 1} of epoch {epoch + 1}", training)


def refuse_nan_in_validation(loss: float, epoch: int, training: Training) -> None:
    """The same for an epoch whose steps went well."""
    if not math.isfinite(loss):
        _refuse("val_loss", f"epoch {epoch + 1}", training)


def _refuse(name: str, where: str, training: Training) -> NoReturn:
    raise InputError(
        f"training: {name} is not a number in {where}; "
        f"lower training.learning_rate (now {training.learning_rate:g}) or look for broken images and truth"
    )


def flat(history: Sequence[Row]) -> str | None:
    """A loss that has not fallen since the first epoch, of a network that has something left to learn."""
    first, lowest = history[0]["loss"], min(row["loss"] for row in history)
    if len(history) < 2 or lowest < max(FALLEN * first, LEARNT):
        return None
    return (
        f"the loss did not fall: {first:.3g} in the first epoch, {lowest:.3g} at best; try a training.learning_rate "
        "ten times as high, or as low, and look at the truth with: edgecv data show"
    )


def same_everywhere(task: Task, answers: Sequence[Any], truths: Sequence[Truth], labels: Sequence[str]) -> str | None:
    """A network that answers the same whatever it sees, though the truth differs: it has found no better way out."""
    if task == "detection":
        return _nothing_found(answers, truths)
    if task == "regression":
        return _same_values(answers, truths, labels)
    given, wanted = _classes(answers), _classes(truths)
    if len(given) != 1 or len(wanted) < 2:
        return None
    what = "every pixel of" if task == "segmentation" else "each of"
    cure = "training.class_weights: balanced weighs rare classes up"
    return f"{what} {len(answers)} validation images is taken for '{labels[min(given)]}'; {cure}, or {TRY}"


def _nothing_found(answers: Sequence[Any], truths: Sequence[Truth]) -> str | None:
    objects = sum(len(truth.boxes) for truth in truths if isinstance(truth, Boxes))
    best = max((float(answer.scores.max()) for answer in answers if len(answer.scores)), default=0.0)
    usual = detection.DEFAULTS["score_threshold"]
    if not objects or best >= usual:
        return None
    return (
        f"nothing but background is found: no score in {len(answers)} validation images with {objects} objects "
        f"reaches {usual:g}, the highest is {best:.2g}; {TRY}"
    )


def _same_values(answers: Sequence[Any], truths: Sequence[Truth], labels: Sequence[str]) -> str | None:
    given = np.std([answer.values for answer in answers], axis=0)
    wanted = np.std([truth.numbers for truth in truths if isinstance(truth, Values)], axis=0)
    same = [label for label, a, b in zip(labels, given, wanted, strict=True) if a < LEAST_SPREAD * b]
    if not same:
        return None
    return f"{' and '.join(same)}: nearly the same answer to each of {len(answers)} validation images; {TRY}"


def _classes(things: Sequence[Any]) -> set[int]:
    """The classes that occur in some truths, or in some answers."""
    found: set[int] = set()
    for thing in things:
        if isinstance(thing, Label):
            found.add(thing.index)
        elif hasattr(thing, "scores"):
            found.add(int(np.argmax(thing.scores)))
        else:
            mask = thing.pixels if isinstance(thing, Mask) else thing.mask
            found |= set(np.unique(mask).tolist())
    return found - {255}
