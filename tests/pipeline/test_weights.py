"""Finished work is known by the weights that it began with, not by where they lay."""

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest

from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.check import check_recipe
from edgecv.pipeline.conversion import recipe_digest
from edgecv.pipeline.splits import open_splits
from edgecv.pipeline.train import _key
from edgecv.pipeline.weights import known_as, note_on
from edgecv.records.recipe import IMAGENET, Model, Recipe
from tests.training.recipes import recipe


def beginning_with(weights: Path | str | None) -> Recipe:
    asked, path = recipe("classification"), None if weights is None else str(weights)
    return dataclasses.replace(asked, model=dataclasses.replace(asked.model, weights=path))


def key(weights: Path | str | None) -> str:
    asked = beginning_with(weights)
    return _key(asked, open_splits(asked))


def test_other_weights_are_another_training_and_moved_ones_are_not(tmp_path: Path) -> None:
    here, there = tmp_path / "network.keras", tmp_path / "elsewhere.keras"
    here.write_bytes(b"learnt")
    before = key(here)
    there.write_bytes(b"learnt")
    assert key(there) == before
    here.write_bytes(b"learnt more")
    assert key(here) != before
    assert key(None) not in (before, key(here))


def test_what_artifacts_say_of_their_recipe_does_not_depend_on_where_the_weights_lie(tmp_path: Path) -> None:
    assert recipe_digest(beginning_with(tmp_path / "a.keras")) == recipe_digest(beginning_with("/b.keras"))


def test_weights_of_keras_are_known_by_their_name() -> None:
    assert known_as(Model("mobilenet_v2", {}, IMAGENET)) == IMAGENET
    assert known_as(Model("mobilenet_v2")) is None


def test_missing_weights_are_said_with_file_and_line(tmp_path: Path) -> None:
    text = Path(load_recipe("digits").path).read_text(encoding="utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("{name: tiny_classifier}", "{name: tiny_classifier, weights: absent.keras}"))
    line = next(i for i, each in enumerate(mine.read_text().splitlines(), 1) if "absent" in each)
    with pytest.raises(InputError) as refused:
        check_recipe(load_recipe(mine))
    assert str(refused.value) == f"{mine}:{line}: model.weights: no such file '{tmp_path / 'absent.keras'}'"


def run_of(asked: Recipe, folder: Path) -> Path:
    """What is read of a run folder."""
    folder.mkdir()
    training = {"labels": ["x"], "postprocess": {}, "network_digest": "a"}
    facts = {"recipe": msgspec.to_builtins(asked), "training": training, "network_file": "b", "data": {"test": "c"}}
    (folder / "run.json").write_text(json.dumps(facts))
    (folder / "network.keras").write_bytes(b"learnt")
    return folder


def test_weights_of_a_run_with_other_pixels_get_a_note(tmp_path: Path) -> None:
    asked = recipe("classification")
    same = run_of(asked, tmp_path / "same")
    bgr = dataclasses.replace(asked, preprocess=dataclasses.replace(asked.preprocess, color="bgr"))
    other = run_of(bgr, tmp_path / "other")
    assert note_on(asked) is None
    assert note_on(beginning_with(same)) is None
    note = note_on(beginning_with(other))
    assert note is not None
    assert note.startswith(f"note: the weights of {other} have learnt from other pixels, with color: bgr, mean: [127")
