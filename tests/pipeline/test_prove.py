"""What an artifact is held against: what a run folder says, or its own claim where nobody else says anything."""

import dataclasses
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.ondevice.images import write_strip
from edgecv.pipeline.prove import climbed, subject
from edgecv.pipeline.store import Store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact
from tests.parity.test_compare import manifest_of


def test_a_run_folder_knows_the_preprocessing_whatever_the_manifest_says(tmp_path: Path) -> None:
    recipe = load_recipe("shapes_detection").record
    training = {"labels": ["x", "y"], "postprocess": {"head": "anchor_free", "strides": [8]}, "network_digest": "a"}
    facts = {"recipe": msgspec.to_builtins(recipe), "training": training, "network_file": "b", "data": {"test": "c"}}
    (tmp_path / "run.json").write_text(json.dumps(facts))
    against = subject(tmp_path, manifest_of("detection"))
    assert against.network == tmp_path / "network.keras"
    assert against.preprocess == recipe.preprocess
    assert against.labels == ("x", "y")
    assert against.postprocess == training["postprocess"]


def test_a_network_file_says_nothing_so_the_manifest_is_taken_at_its_word(tmp_path: Path) -> None:
    manifest = manifest_of("detection")
    against = subject(tmp_path / "network.keras", manifest)
    assert against.preprocess == manifest.preprocess
    assert against.labels == manifest.labels


def test_a_damaged_run_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(InputError, match=r"expected a run folder, with a whole run\.json"):
        subject(tmp_path, manifest_of("detection"))


@pytest.mark.parametrize("count", [1, 7])
def test_a_few_images_prove_nothing(count: int, tmp_path: Path) -> None:
    manifest = dataclasses.replace(manifest_of("detection"), samples="samples.png")
    pixels = np.zeros((count, 32, 32, 3), np.uint8)
    write_strip(tmp_path / "samples.png", pixels)
    workshop = Workshop(Store(tmp_path / "store"), tmp_path / "log")
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(tmp_path / f"{number}.jpg")
    with (
        pytest.raises(InputError, match=rf"samples\.png: {count} images prove nothing; name 8 or more with --images"),
        climbed(Artifact(tmp_path, manifest), tmp_path / "network.keras", None, workshop),
    ):
        pass
    (tmp_path / "samples.png").unlink()
    with (
        pytest.raises(InputError, match=f"--images: expected 8 images or more, got {count}"),
        climbed(Artifact(tmp_path, manifest), tmp_path / "network.keras", tmp_path, workshop),
    ):
        pass
