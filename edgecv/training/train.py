"""The training of a recipe from its data to the files that the later stages read."""

import dataclasses
import importlib.metadata
import platform
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from edgecv import datasets
from edgecv.models import MODELS
from edgecv.ondevice import child, predictions
from edgecv.records.files import digest_of, write_json
from edgecv.records.recipe import Recipe
from edgecv.records.samples import Samples
from edgecv.training import checkpoint as checkpoints
from edgecv.training import curves
from edgecv.training.after_epoch import AfterEpoch
from edgecv.training.arrays import at_network_size
from edgecv.training.batches import training_batches, training_steps, validation_batches, validation_steps
from edgecv.training.digest import network_digest
from edgecv.training.learner import learner_of
from edgecv.training.objectives import objective_of
from edgecv.training.predict import predict
from edgecv.training.progress import Progress
from edgecv.training.rate import RateOfStep


def train(recipe: Recipe, out: Path, *, checkpoint: Path, resume: bool) -> None:
    """Train, and write network.keras, history.csv, curves.png, test.predictions.npz and training.json to `out`."""
    train_samples, val_samples, test_samples = (
        datasets.load(recipe.data, recipe.task, split) for split in ("train", "val", "test")
    )
    postprocess = MODELS[recipe.model.name].postprocess(**recipe.model.options)
    network = new_network(recipe, len(train_samples.labels))
    progress = fit(network, recipe, train_samples, val_samples, postprocess, checkpoint, resume)

    out.mkdir(parents=True, exist_ok=True)
    network.save(out / "network.keras")
    curves.write_history(out / "history.csv", progress.history)
    figure = objective_of(recipe.task, postprocess).FIGURE
    curves.draw(out / "curves.png", progress.history, figure, progress.best_epoch, recipe.name)
    child.progress(f"predicting {len(test_samples)} test images")
    predicted = predict(network, test_samples, recipe.task, recipe.preprocess, postprocess)
    predictions.save(out / "test.predictions.npz", predicted, recipe.task)
    write_json(
        out / "training.json",
        {
            "labels": list(train_samples.labels),
            "postprocess": postprocess,
            "network_digest": network_digest(network),
            "epochs": progress.epochs,
            "best_epoch": progress.best_epoch,
            "tools": _tools(),
        },
    )


def new_network(recipe: Recipe, classes: int) -> keras.Model:
    """The untrained network of a recipe; from here on, everything random follows from the seed."""
    keras.utils.set_random_seed(recipe.training.seed)
    tf.config.experimental.enable_op_determinism()
    preprocess, model = recipe.preprocess, recipe.model
    return MODELS[model.name].network(preprocess.size, preprocess.channels, classes, **model.options)


def fit(
    network: keras.Model,
    recipe: Recipe,
    train_samples: Samples,
    val_samples: Samples,
    postprocess: dict[str, Any],
    checkpoint: Path,
    resume: bool,
) -> Progress:
    """Train a network in place, and leave it with the weights of its best epoch."""
    preprocess, training = recipe.preprocess, recipe.training
    objective = objective_of(recipe.task, postprocess)
    child.progress(f"decoding {len(train_samples) + len(val_samples)} images")
    seen, unseen = at_network_size(train_samples, preprocess), at_network_size(val_samples, preprocess)

    def encode(truths: Any) -> Any:
        return objective.encode(truths, preprocess.size, postprocess)

    steps = training_steps(seen, training)
    learner = learner_of(network, objective, training)
    identity = _identity(recipe, train_samples, val_samples)
    progress = checkpoints.restore(checkpoint, identity, learner) if resume else Progress()

    def validate() -> dict[str, float]:
        batches = validation_batches(unseen, preprocess, training, encode)
        return learner.evaluate(batches, steps=validation_steps(unseen, training), verbose=0, return_dict=True)

    if not progress.finished(training):
        after_epoch = AfterEpoch(
            progress,
            training,
            validate,
            keep=lambda: checkpoints.save(checkpoint, identity, learner, progress),
        )
        learner.fit(
            training_batches(seen, preprocess, training, encode, first_epoch=progress.epochs),
            steps_per_epoch=steps,
            initial_epoch=progress.epochs,
            epochs=training.epochs,
            callbacks=[RateOfStep(steps, training), after_epoch],
            shuffle=False,  # the batches are
            verbose=0,
        )
    network.set_weights(progress.best_weights)
    return progress


def _identity(recipe: Recipe, train_samples: Samples, val_samples: Samples) -> str:
    said = [
        dataclasses.asdict(recipe.preprocess),
        dataclasses.asdict(recipe.model),
        dataclasses.asdict(recipe.training),
    ]
    return digest_of([recipe.task, *said, train_samples.digest, val_samples.digest])


def _tools() -> dict[str, str]:
    versions = {each: importlib.metadata.version(each) for each in ("keras", "numpy")}
    return {"python": platform.python_version(), "tensorflow": tf.__version__, **versions}
