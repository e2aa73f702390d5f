"""The float network that artifacts are compared with is used as they say, whoever made it."""

import dataclasses
import json
import warnings
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from edgecv import datasets
from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.hosts import local
from edgecv.models.custom_layers import load_custom_layers
from edgecv.ondevice import predictions
from edgecv.ondevice.images import open_image
from edgecv.pipeline.reference import float_predictions
from edgecv.pipeline.store import Store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact, open_artifact
from edgecv.records.files import digest_of_file
from edgecv.records.recipe import Data, Recipe
from edgecv.records.samples import Samples
from tests.evaluation.color_artifacts import COLORS, SIDE, color_artifact

MEAN = (10.0, 20.0, 30.0)  # which no recipe says
LAYERS = """
import keras

class Halving(keras.layers.Layer):
    def call(self, x):
        return x / 2
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """Plain fields of colour, and what a recipe says about another network."""
    for split in ("train", "test"):
        for place, name in enumerate(COLORS):
            field = np.full((SIDE, SIDE, 3), 40 * place, np.uint8)
            field[..., place] = 200
            (tmp_path / split / name).mkdir(parents=True)
            Image.fromarray(field).save(tmp_path / split / name / "field.png")
    plain = load_recipe("digits").record
    data = Data("image_folder", str(tmp_path), {"labels": list(COLORS)})
    return dataclasses.replace(plain, data=data)


@pytest.fixture
def samples(recipe: Recipe) -> Samples:
    return datasets.load(recipe.data, recipe.task, "test")


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    made = open_artifact(color_artifact(tmp_path / "artifact", "classification"))
    return using(made, postprocess={"activation": "none"})


def using(artifact: Artifact, **changes: Any) -> Artifact:
    preprocess = dataclasses.replace(artifact.manifest.preprocess, mean=MEAN)
    return Artifact(artifact.folder, dataclasses.replace(artifact.manifest, **{"preprocess": preprocess, **changes}))


def pixels_of(samples: Samples) -> np.ndarray:
    fields = [np.asarray(open_image(samples.image(number)), np.float32) for number in range(len(samples))]
    return (np.stack(fields)[:, 0, 0] - MEAN) / 255


@pytest.mark.parametrize("kind", ["custom layer", "SavedModel"])
def test_a_network_from_elsewhere_predicts_as_the_artifact_says(
    kind: str, artifact: Artifact, recipe: Recipe, samples: Samples, tmp_path: Path
) -> None:
    import keras

    (tmp_path / "my_layers.py").write_text(LAYERS)
    spec = f"{tmp_path / 'my_layers.py'}:Halving"
    halving = load_custom_layers([spec])["Halving"]
    network = keras.Sequential([keras.Input((None, None, 3)), halving(), keras.layers.GlobalAveragePooling2D()])
    custom = [spec] if kind == "custom layer" else []
    model = tmp_path / ("network.keras" if custom else "network")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy")  # Keras
        network.save(model) if custom else network.export(model, verbose=False)
    workshop = Workshop(Store(tmp_path / "store"), tmp_path / "log")
    found = predictions.read(float_predictions(model, [artifact], recipe, samples, "test", workshop, custom))
    scores = np.stack([each.scores for each in found])
    assert np.abs(scores - pixels_of(samples) / 2).max() < 1e-5


def test_artifacts_that_are_used_differently_have_no_float_network_in_common(
    artifact: Artifact, recipe: Recipe, samples: Samples, tmp_path: Path
) -> None:
    model = tmp_path / "network.keras"
    model.touch()
    workshop = Workshop(Store(tmp_path / "store"), tmp_path / "log")
    for changes, complaint in (
        ({"postprocess": {"activation": "softmax"}}, "has another preprocessing or postprocessing than"),
        ({"preprocess": artifact.manifest.preprocess.__class__((SIDE, SIDE))}, "has another preprocessing"),
        ({"labels": ("a", "b", "c")}, "made for another task or for other labels than the data"),
        ({"task": "segmentation"}, "made for another task or for other labels than the data"),
    ):
        with pytest.raises(InputError, match=complaint):
            float_predictions(model, [artifact, using(artifact, **changes)], recipe, samples, "test", workshop)


def test_what_a_run_kept_serves_only_artifacts_that_are_used_as_its_network_was(
    artifact: Artifact, recipe: Recipe, samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(local, "run_module", asked)
    run = tmp_path / "run"
    run.mkdir()
    (run / "network.keras").touch()
    predictions.save(run / "test.predictions.npz", [], "classification")
    trained = dataclasses.replace(recipe, preprocess=artifact.manifest.preprocess)
    facts = {
        "recipe": msgspec.to_builtins(trained),
        "training": {
            "labels": list(artifact.manifest.labels),
            "postprocess": dict(artifact.manifest.postprocess),
            "network_digest": "sha256:0",
        },
        "data": {"test": samples.digest},
        "network_file": digest_of_file(run / "network.keras"),
    }
    (run / "run.json").write_text(json.dumps(facts))
    workshop = Workshop(Store(tmp_path / "store"), tmp_path / "log")
    kept = float_predictions(run, [artifact], recipe, samples, "test", workshop)
    assert kept == run / "test.predictions.npz"
    with pytest.raises(InterruptedError):
        float_predictions(run, [using(artifact, postprocess={})], recipe, samples, "test", workshop)
