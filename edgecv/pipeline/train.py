"""The train stage: recipe and data -> network, learning curves, float predictions to compare with."""

import csv
import dataclasses
import json
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edgecv.hosts import local
from edgecv.hosts.board.facts import OPENCV
from edgecv.pipeline.keys import code_version, key, tool_versions
from edgecv.pipeline.splits import Splits
from edgecv.pipeline.weights import known_as, note_on
from edgecv.pipeline.workshop import Workshop
from edgecv.records.files import write_json
from edgecv.records.recipe import Recipe
from edgecv.training.notes import NOTE

# Of the device side only what training calls: a change to the bench must not train again.
_CODE = (
    *("records", "datasets", "models", "training"),
    *("ondevice/images.py", "ondevice/decoding.py", "ondevice/resizing.py"),
    *("ondevice/nms.py", "ondevice/heads", "ondevice/tasks", "ondevice/predictions.py"),
)
_TOOLS = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow", *OPENCV)


@dataclass(frozen=True)
class Trained:
    """A folder with network.keras, history.csv, curves.png, test.predictions.npz and training.json."""

    folder: Path

    @property
    def network(self) -> Path:
        return self.folder / "network.keras"

    @property
    def history(self) -> list[dict[str, float]]:
        """A row an epoch."""
        with (self.folder / "history.csv").open(encoding="utf-8") as file:
            return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]

    @property
    def float_predictions(self) -> Path:
        return self.folder / "test.predictions.npz"

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "training.json").read_bytes())
        return facts


def train(
    recipe: Recipe, splits: Splits, workshop: Workshop, *, resume: bool = True, tensorboard: Path | None = None
) -> Trained:
    """The trained network of a recipe: the stored one, or a new one, going on where a killed run left off.

    `tensorboard` is a folder for its learning curves, in which TensorBoard can follow them.
    """
    training_key = _key(recipe, splits)
    with workshop.store.claim("train", training_key) as claim:
        if claim.finished:
            stored = Trained(claim.finished)
            workshop.say(f"train     {_summary(stored)} (stored)")
            for note in stored.facts["notes"]:
                workshop.say(f"train     {note}")
            if tensorboard:
                _write_events(stored, tensorboard, workshop)
            return stored
        if note := note_on(recipe):
            workshop.say(f"train     {note}")
        checkpoint = workshop.store.checkpoints / training_key
        if not resume:
            shutil.rmtree(checkpoint, ignore_errors=True)
        request = {
            "recipe": dataclasses.asdict(recipe),
            "checkpoint": str(checkpoint),
            "resume": True,
            "tensorboard": str(tensorboard) if tensorboard else None,
        }
        ask = write_json(claim.folder / "request.json", request)
        local.run_module(
            "edgecv.training", ["train", ask, claim.folder], log=workshop.log, on_progress=partial(_hear, workshop)
        )
        ask.unlink()
        finished = Trained(claim.finish(f"{recipe.name}: network.keras"))
        shutil.rmtree(checkpoint, ignore_errors=True)
        workshop.say(f"train     {_summary(finished)}")
        return finished


def _hear(workshop: Workshop, text: str) -> None:
    if text.startswith(NOTE):
        workshop.say(f"train     {text.removeprefix(NOTE)}")
    else:
        workshop.progress(text)


def _write_events(stored: Trained, folder: Path, workshop: Workshop) -> None:
    with TemporaryDirectory() as scratch:
        ask = write_json(Path(scratch) / "request.json", {"history": stored.history})
        local.run_module("edgecv.training", ["events", ask, folder], log=workshop.log)


def _key(recipe: Recipe, splits: Splits) -> str:
    return key(
        task=recipe.task,
        data=splits.digests,
        data_format=recipe.data.format,
        preprocess=dataclasses.asdict(recipe.preprocess),
        model={**dataclasses.asdict(recipe.model), "weights": known_as(recipe.model)},
        training=dataclasses.asdict(recipe.training),
        code=code_version(*_CODE),
        tools=tool_versions(*_TOOLS),
    )


def _summary(trained: Trained) -> str:
    facts = trained.facts
    return f"{facts['epochs']} epochs, best {facts['best_epoch']}, {facts['network_digest'][7:19]}"
