"""What an artifact is held against: what a run folder says, or its own claim where nobody else says anything."""

import json
from pathlib import Path

import msgspec
import pytest

from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.prove import subject
from tests.parity.test_compare import manifest_of


def test_a_run_folder_knows_the_preprocessing_whatever_the_manifest_says(tmp_path: Path) -> None:
    recipe = load_recipe("shapes_detection").record
    training = {"labels": ["x", "y"], "postprocess": {"head": "anchor_free", "strides": [8]}}
    (tmp_path / "run.json").write_text(json.dumps({"recipe": msgspec.to_builtins(recipe), "training": training}))
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
