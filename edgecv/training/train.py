"""The training of a recipe, from its data to the files that the later stages read."""

from functools import partial
from pathlib import Path

from edgecv import datasets
from edgecv.hosts.versions import versions
from edgecv.models.reading import postprocess_of
from edgecv.ondevice import child, predictions
from edgecv.records.files import write_json
from edgecv.records.recipe import Recipe
from edgecv.training import classes, curves
from edgecv.training.devices import strategy_for
from edgecv.training.digest import network_digest
from edgecv.training.events import EventFiles
from edgecv.training.fitting import Resumable, fit
from edgecv.training.learner import Learner
from edgecv.training.looking import look
from edgecv.training.networks import networks_of
from edgecv.training.notes import Notes, flat
from edgecv.training.objectives import objective_of
from edgecv.training.predict import predict
from edgecv.training.progress import Progress

EARLY = 4  # the answers are looked at after this part of the epochs, and at the end


def train(recipe: Recipe, out: Path, *, checkpoint: Path, resume: bool, tensorboard: Path | None = None) -> None:
    """Train, and write network.keras, history.csv, curves.png, test.predictions.npz and training.json to `out`.

    The learning curves also go to a folder for TensorBoard, where there is one.
    """
    seen, unseen, test = (datasets.load(recipe.data, recipe.task, split) for split in ("train", "val", "test"))
    postprocess = postprocess_of(recipe.model, recipe.task, seen)
    objective = objective_of(recipe.task, postprocess)
    counts = classes.occurrences(seen)
    notes = Notes()
    notes.add(classes.absent("training", seen.labels, counts))
    notes.add(classes.absent("validation", seen.labels, classes.occurrences(unseen)))

    strategy = strategy_for(recipe.training.batch_size)
    networks = networks_of(recipe, len(seen.labels), strategy)
    loss = partial(objective.loss, **classes.settings_of(recipe.task, recipe.training, counts))
    learner = Learner(networks, objective, loss, recipe.training, strategy)
    events = EventFiles(tensorboard) if tensorboard else None

    def after_epoch(progress: Progress) -> None:
        if events:
            events.follow(progress.history)
        if progress.epochs == recipe.training.epochs // EARLY:
            notes.say(look(networks.judged, unseen, recipe, postprocess))

    progress = fit(learner, postprocess, recipe, (seen, unseen), Resumable(checkpoint, resume), after_epoch)
    network = networks.judged
    notes.add(flat(progress.history))
    notes.add(look(network, unseen, recipe, postprocess))

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
        "notes": notes.kept,
        "tools": versions("keras", "tensorflow", "tensorflow-cpu", "numpy"),
    }
    write_json(out / "training.json", facts)
