"""The training of a recipe, from its data to the files that the later stages read."""

from pathlib import Path

import keras
import tensorflow as tf

from edgecv import datasets
from edgecv.hosts.versions import versions
from edgecv.models import MODELS
from edgecv.ondevice import child, predictions
from edgecv.records.files import write_json
from edgecv.records.recipe import Recipe
from edgecv.training import curves
from edgecv.training.digest import network_digest
from edgecv.training.fitting import Resumable, fit
from edgecv.training.objectives import objective_of
from edgecv.training.predict import predict


def train(recipe: Recipe, out: Path, *, checkpoint: Path, resume: bool) -> None:
    """Train, and write network.keras, history.csv, curves.png, test.predictions.npz and training.json to `out`."""
    seen, unseen, test = (datasets.load(recipe.data, recipe.task, split) for split in ("train", "val", "test"))
    postprocess = MODELS[recipe.model.name].postprocess(**recipe.model.options)
    objective = objective_of(recipe.task, postprocess)
    network = new_network(recipe, len(seen.labels))
    progress = fit(network, objective, postprocess, recipe, (seen, unseen), Resumable(checkpoint, resume))

    out.mkdir(parents=True, exist_ok=True)
    network.save(out / "network.keras")
    curves.write_history(out / "history.csv", progress.history)
    curves.draw(out / "curves.png", progress.history, objective.FIGURE, progress.best_epoch, recipe.name)
    child.progress(f"predicting {len(test)} test images")
    predicted = predict(network, test, recipe.task, recipe.preprocess, postprocess)
    predictions.save(out / "test.predictions.npz", predicted, recipe.task)
    facts = {
        "labels": list(seen.labels),
        "postprocess": postprocess,
        "network_digest": network_digest(network),
        "epochs": progress.epochs,
        "best_epoch": progress.best_epoch,
        "tools": versions("keras", "tensorflow", "tensorflow-cpu", "numpy"),
    }
    write_json(out / "training.json", facts)


def new_network(recipe: Recipe, classes: int) -> keras.Model:
    """The untrained network of a recipe; from here on, everything random follows from the seed."""
    keras.utils.set_random_seed(recipe.training.seed)
    tf.config.experimental.enable_op_determinism()
    preprocess, model = recipe.preprocess, recipe.model
    return MODELS[model.name].network(preprocess.size, preprocess.channels, classes, **model.options)
