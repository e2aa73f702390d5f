"""The fitting of a network to its data, from the last checkpoint on where there is one.

A step is a function of the state that it finds, of its number and of its batch, which follows from the seed and the
number. So a training that was killed at any step goes on to the same weights, bit for bit.
"""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecv.records.augment import settings_of
from edgecv.records.files import digest_of
from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples, Truth
from edgecv.training import checkpoint, finetune
from edgecv.training.after_epoch import row_of, say_how_far, say_step
from edgecv.training.batches import Batch, Feed
from edgecv.training.learner import Learner
from edgecv.training.notes import refuse_nan
from edgecv.training.progress import Progress
from edgecv.training.rate import rate_at


@dataclasses.dataclass(frozen=True)
class Resumable:
    """Where the checkpoint of a training lies, and whether to go on from it."""

    folder: Path
    resume: bool


def fit(
    learner: Learner,
    postprocess: Mapping[str, Any],
    recipe: Recipe,
    splits: tuple[Samples, Samples],
    kept: Resumable,
    after_epoch: Callable[[Progress], None],
) -> Progress:
    """Train a network in place, and leave it with the weights of its best epoch."""
    seen, unseen = (_feed(samples, learner, postprocess, recipe) for samples in splits)
    identity = _identity(recipe, splits)
    progress = checkpoint.restore(kept.folder, identity, learner) if kept.resume else Progress()
    keeper = checkpoint.Keeper(kept.folder, identity, learner, progress)
    with seen, unseen:
        batches = seen.shuffled(progress.epochs, progress.under_way.steps)
        while not progress.finished(recipe.training):
            _learn_epoch(learner, batches, seen.steps, recipe, progress, keeper)
            row = row_of(learner, unseen.in_order(), progress, recipe.training)
            progress.add(row, learner.networks.judged.get_weights())
            keeper.keep()
            say_how_far(progress, recipe.training)
            after_epoch(progress)
    finetune.end(learner.networks.learns, learner.networks.pretrained)
    learner.networks.judged.set_weights(progress.best_weights)
    return progress


def _feed(samples: Samples, learner: Learner, postprocess: Mapping[str, Any], recipe: Recipe) -> Feed:
    def encode(truths: Sequence[Truth]) -> Any:
        return learner.objective.encode(truths, recipe.preprocess.size, postprocess)

    changes = settings_of(recipe.training.augment, recipe.task)
    return Feed(samples, recipe.preprocess, dataclasses.replace(recipe.training, augment=changes), encode)


def _identity(recipe: Recipe, splits: tuple[Samples, Samples]) -> str:
    """What a checkpoint has to agree on with the training that goes on from it."""
    model = dataclasses.replace(recipe.model, weights=None)  # its file may move; the folder is named by what is in it
    said = [dataclasses.asdict(part) for part in (recipe.preprocess, model, recipe.training)]
    return digest_of([recipe.task, *said, *(samples.digest for samples in splits)])


def _learn_epoch(
    learner: Learner,
    batches: Iterator[Batch],
    steps: int,
    recipe: Recipe,
    progress: Progress,
    keeper: checkpoint.Keeper,
) -> None:
    """The steps of an epoch that are still to be done."""
    training, epoch, done = recipe.training, progress.epochs, progress.under_way
    networks, first = learner.networks, done.steps
    if finetune.begin_epoch(networks.learns, learner.optimizer, training, networks.pretrained, epoch=epoch, done=first):
        learner.begin_phase()
    for step in range(first, steps):
        started, whole = time.monotonic(), epoch * steps + step
        rate = rate_at(whole, steps * training.epochs, training)
        judged = learner.learn(next(batches), whole, rate)
        refuse_nan(judged.loss, epoch, step, training)
        seconds = done.seconds
        done.add(judged, time.monotonic() - started)
        if int(seconds) != int(done.seconds):  # about once a second
            say_step(progress, steps, training)
        keeper.keep_when_due()
