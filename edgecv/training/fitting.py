"""The fitting of a network to its data, from the last checkpoint on where there is one."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from edgecv.ondevice import child
from edgecv.records.files import digest_of
from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples, Truth
from edgecv.training import checkpoint
from edgecv.training.after_epoch import AfterEpoch
from edgecv.training.arrays import at_network_size
from edgecv.training.batches import Feed
from edgecv.training.learner import learner_of
from edgecv.training.objectives import Objective
from edgecv.training.progress import Progress
from edgecv.training.rate import RateOfStep


@dataclasses.dataclass(frozen=True)
class Resumable:
    """Where the checkpoint of a training lies, and whether to go on from it."""

    folder: Path
    resume: bool


def fit(
    network: keras.Model,
    objective: Objective,
    postprocess: Mapping[str, Any],
    recipe: Recipe,
    splits: tuple[Samples, Samples],
    kept: Resumable,
) -> Progress:
    """Train a network in place, and leave it with the weights of its best epoch."""
    child.progress(f"decoding {sum(map(len, splits))} images")
    seen, unseen = (_feed(samples, objective, postprocess, recipe) for samples in splits)
    learner = learner_of(network, objective, recipe.training)
    identity = _identity(recipe, splits)
    progress = checkpoint.restore(kept.folder, identity, learner) if kept.resume else Progress()
    if not progress.finished(recipe.training):
        after_epoch = AfterEpoch(
            progress,
            recipe.training,
            validate=lambda: learner.evaluate(
                unseen.in_order(), steps=unseen.steps_to_see_all, verbose=0, return_dict=True
            ),
            keep=lambda: checkpoint.save(kept.folder, identity, learner, progress),
        )
        learner.fit(
            seen.shuffled(first_epoch=progress.epochs),
            steps_per_epoch=seen.steps,
            initial_epoch=progress.epochs,
            epochs=recipe.training.epochs,
            callbacks=[RateOfStep(seen.steps, recipe.training), after_epoch],
            shuffle=False,  # the batches are
            verbose=0,
        )
    network.set_weights(progress.best_weights)
    return progress


def _feed(samples: Samples, objective: Objective, postprocess: Mapping[str, Any], recipe: Recipe) -> Feed:
    def encode(truths: Sequence[Truth]) -> Any:
        return objective.encode(truths, recipe.preprocess.size, postprocess)

    return Feed(at_network_size(samples, recipe.preprocess), recipe.preprocess, recipe.training, encode)


def _identity(recipe: Recipe, splits: tuple[Samples, Samples]) -> str:
    """What a checkpoint has to agree on with the training that goes on from it."""
    said = [dataclasses.asdict(part) for part in (recipe.preprocess, recipe.model, recipe.training)]
    return digest_of([recipe.task, *said, *(samples.digest for samples in splits)])
