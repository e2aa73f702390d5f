"""`edgecv models` lists the zoo, and shows one model with its options."""

import json

import pytest

from edgecv.cli.main import main
from edgecv.models import MODELS


def test_the_list_names_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(MODELS)


def test_json_is_an_array_for_all_and_an_object_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert main(["models", "tiny_detector", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one in models
    assert one["task"] == "detection"
    assert one["options"]["width"] == 1.0


def test_a_model_is_shown_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "tiny_detector"]) == 0
    assert "width" in capsys.readouterr().out


def test_an_unknown_model_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "tiny_detecter"]) == 3
    assert "unknown model 'tiny_detecter'; did you mean 'tiny_detector'?" in capsys.readouterr().err
