"""The child process that trains, and predicts with a trained network.

`python -m edgecv.training train REQUEST.json OUT`: the request holds `recipe` (a Recipe as plain JSON), `checkpoint` (a
folder that outlives this process), `resume` and `tensorboard` (a folder for event files, if wanted); OUT is a folder.
`python -m edgecv.training events REQUEST.json OUT`: event files of a training that is done, from its `history` (rows).
`python -m edgecv.training predict REQUEST.json OUT.npz`: it holds `network` (a file or folder), `custom_layers`, how it
is used (`task`, `preprocess`, `postprocess`), and on what: `data` (a recipe's block) and `split`.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from edgecv import datasets, models
from edgecv.ondevice import child
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Data, Recipe


def train(request: dict[str, Any], out: Path) -> None:
    recipe = _recipe(request)
    from edgecv.training.train import train

    events = Path(request["tensorboard"]) if request.get("tensorboard") else None
    train(recipe, out, checkpoint=Path(request["checkpoint"]), resume=request["resume"], tensorboard=events)


def events(request: dict[str, Any], out: Path) -> None:
    from edgecv.training.events import EventFiles

    EventFiles(out).follow(request["history"])


def predict(request: dict[str, Any], out: Path) -> None:
    preprocess, data = Preprocess.from_json(request["preprocess"]), msgspec.convert(request["data"], Data)
    samples = datasets.load(data, request["task"], request["split"])
    from edgecv.training.predict import predict_file

    network, layers = Path(request["network"]), request["custom_layers"]
    predict_file(network, layers, samples, request["task"], preprocess, request["postprocess"], out)


def _recipe(request: dict[str, Any]) -> Recipe:
    """The recipe of a request, known to be sound before the seconds that importing TensorFlow takes are spent."""
    recipe = msgspec.convert(request["recipe"], Recipe)
    models.check(recipe.model, recipe.task, recipe.preprocess)
    return recipe


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m edgecv.training", description=__doc__)
    parser.add_argument("work", choices=("train", "events", "predict"))
    parser.add_argument("request", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read once, while TensorFlow is imported
    work = {"train": train, "events": events, "predict": predict}[arguments.work]
    work(json.loads(arguments.request.read_text(encoding="utf-8")), arguments.out)


if __name__ == "__main__":
    sys.exit(child.answer(lambda: main(sys.argv[1:])))
