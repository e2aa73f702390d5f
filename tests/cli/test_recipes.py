"""`edgecv recipes` lists the registry, and shows one recipe with its defaults and with what --set changes."""

import json

import pytest

from edgecv.cli.main import main
from edgecv.documents import names

FIRST = names("recipes")[0]


def test_the_list_names_every_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == names("recipes")


def test_json_is_an_array_for_all_and_an_object_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--json"]) == 0
    recipes = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in recipes] == names("recipes")
    assert main(["recipes", FIRST, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) in recipes


def test_a_recipe_is_shown_with_its_defaults_and_with_what_was_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", FIRST, "--set", "training.epochs=77", "--set", "training.early_stopping=5"]) == 0
    shown = capsys.readouterr().out
    assert "epochs: 77" in shown
    assert "early_stopping: 5" in shown
    assert "warmup: " in shown


def test_a_bad_setting_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", FIRST, "--set", "training.epoch=2"]) == 3
    assert "did you mean 'epochs'?" in capsys.readouterr().err


def test_a_setting_needs_a_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--set", "training.epochs=2"]) == 2
