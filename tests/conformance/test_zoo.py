"""Every model of the zoo in small, by being listed: it learns, comes back from its file as it was, and is converted."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from edgecv import datasets
from edgecv.documents import Document, load_recipe
from edgecv.models import MODELS
from edgecv.pipeline.convert import convert, require_all
from edgecv.pipeline.networks import conversion_of_file
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.quantization import calibration
from edgecv.records.recipe import METRICS_OF, Recipe
from edgecv.targets import TARGETS
from edgecv.training.train import train
from tests.conftest import Need
from tests.small import small_size

pytestmark = pytest.mark.slow  # some minutes each on two quiet cores

# Steps are counted in tens: what a deep network of chance answers hangs by a thread, and int8 cuts it. Some take longer
# to have more than chance to say.
RECIPE = """\
summary: conformance of {model} in small
task: {task}
data: {{format: shapes, train: 96, val: 16, test: 8, seed: 7}}
preprocess: {{size: [{height}, {width}], color: {color}, mean: {mean}, std: {mean}}}
model: {{name: {model}}}
training: {{epochs: {epochs}, batch_size: 32, learning_rate: {rate}, seed: 3}}
calibration: {{images: 64}}
builds: [{{target: tflite, precision: int8}}, {{target: openvino, precision: float32}}]
accuracy: {{metric: {metric}, max_drop: 1.0}}
"""
USUAL = 8, 0.003  # epochs and rate
OTHERWISE = {
    **dict.fromkeys(("mobilenet_v1", "mobilenet_v3_small", "mobilenet_v3_large"), (24, 0.003)),
    **dict.fromkeys(("anchor_free_n", "yolov1", "ssdlite"), (24, 0.003)),
    **dict.fromkeys(("resnet50", "resnet101", "resnet152"), (24, 0.001)),
    **dict.fromkeys(("vgg16", "vgg19"), (8, 0.0003)),  # without batch norms a network takes no higher one
}
COLORS = {1: ("gray", [127.5]), 3: ("rgb", [127.5] * 3)}


@dataclass(frozen=True)
class Made:
    """A network that has learnt for some epochs of three steps, and a folder to work in."""

    recipe: Document[Recipe]
    folder: Path
    network: Any


@pytest.fixture(scope="module", params=MODELS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp(request.param)
    recipe = recipe_of(request.param, folder)
    train(recipe.record, folder, checkpoint=folder / "checkpoint", resume=False)
    yield Made(recipe, folder, keras.saving.load_model(folder / "network.keras"))
    keras.backend.clear_session()


def recipe_of(model: str, folder: Path) -> Document[Recipe]:
    module = MODELS[model]
    height, width = small_size(model)
    color, mean = COLORS[module.CHANNELS]
    epochs, rate = OTHERWISE.get(model, USUAL)
    path = folder / f"{model}.yaml"
    path.write_text(
        RECIPE.format(
            model=model,
            task=module.TASK,
            height=height,
            width=width,
            color=color,
            mean=mean,
            epochs=epochs,
            rate=rate,
            metric=METRICS_OF[module.TASK][0],
        )
    )
    return load_recipe(str(path))


def images_for(made: Made) -> np.ndarray:
    recipe = made.recipe.record
    samples = datasets.load(recipe.data, recipe.task, "train")
    return calibration.normalised(calibration.pixels(samples, range(32), recipe.preprocess), recipe.preprocess)


def answers(network: Any, images: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.asarray(values) for name, values in network(images, training=False).items()}


def test_it_learns(made: Made) -> None:
    epochs = list(csv.DictReader((made.folder / "history.csv").read_text().splitlines()))
    assert np.isfinite([float(value) for epoch in epochs for value in epoch.values()]).all()
    assert float(epochs[-1]["loss"]) < float(epochs[0]["loss"])
    assert all(np.isfinite(np.asarray(weight)).all() for weight in made.network.weights)


def test_it_comes_back_from_its_file_as_it_was(made: Made) -> None:
    images, again = images_for(made), made.folder / "again.keras"
    made.network.save(again)
    expected, got = answers(made.network, images), answers(keras.saving.load_model(again), images)
    assert expected.keys() == got.keys()
    for name in expected:
        assert np.isfinite(expected[name]).all()
        assert np.array_equal(expected[name], got[name])


def test_it_is_converted_and_proven(made: Made, need: Need) -> None:
    for target in ("tflite", "openvino"):
        need(target, TARGETS[target].missing())
    enliven(made.network, images_for(made))
    network = made.folder / "lively.keras"
    made.network.save(network)
    builds = made.recipe.record.builds
    conversion = conversion_of_file(network, made.recipe, builds)
    converted = convert(conversion, builds, Workshop(default_store(), made.folder / "log"))
    require_all(converted.refused)
    assert [each.folder_name for each in converted.artifacts] == ["tflite-int8", "openvino-float32"]
    assert all(each.manifest.parity["passed"] for each in converted.artifacts)


def enliven(network: Any, images: np.ndarray) -> None:
    """Let every batch normalisation see real images.

    After so few steps it still knows little of its inputs, and a deep network answers the same to every image: then
    there is nothing to compare.
    """
    norms = [each for each in network._flatten_layers() if isinstance(each, keras.layers.BatchNormalization)]
    usual = [each.momentum for each in norms]
    for norm in norms:
        norm.momentum = 0.0  # so that one look is enough
    network(images, training=True)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
