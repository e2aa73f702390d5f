"""--set puts a value in the place of what a recipe says, and answers for it by its own text."""

import pytest

from edgecv.documents import load_recipe
from edgecv.documents.overrides import apply
from edgecv.documents.yaml_tree import read_text
from edgecv.errors import InputError

TREE = "training: {epochs: 20}\nbuilds: [{target: tflite, precision: int8}, {target: onnx, precision: int8}]\n"

SETTINGS = {
    "training.epochs=2": ("training", {"epochs": 2}),
    "training.learning_rate=1e-4": ("training", {"epochs": 20, "learning_rate": 0.0001}),
    "training.early_stopping=": ("training", {"epochs": 20, "early_stopping": None}),
    "bench.threads=4": ("bench", {"threads": 4}),
    "builds=[{target: tflite, precision: float32}]": ("builds", [{"target": "tflite", "precision": "float32"}]),
    "builds[1].precision=float32": (
        "builds",
        [{"target": "tflite", "precision": "int8"}, {"target": "onnx", "precision": "float32"}],
    ),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_takes_its_place(setting: str) -> None:
    name, expected = SETTINGS[setting]
    assert apply(read_text(TREE, "x.yaml"), [setting]).value[name].plain == expected


def test_the_last_of_two_settings_wins() -> None:
    tree = apply(read_text(TREE, "x.yaml"), ["training.epochs=2", "training.epochs=3"])
    assert tree.value["training"].plain == {"epochs": 3}


BAD = {
    "training.epochs": "--set training.epochs: expected field=value, such as training.epochs=2",
    "=2": "--set =2: expected field=value",
    "training..epochs=2": "--set training..epochs=2: expected field=value",
    "training.epochs=two": "--set training.epochs=two: training.epochs: expected a whole number, got 'two'",
    "training.epoch=2": "--set training.epoch=2: training.epoch: unknown key; did you mean 'epochs'?",
    "trianing.epochs=2": "--set trianing.epochs=2: trianing: unknown key; did you mean 'training'?",
    "builds=[": "--set builds=[: not YAML: ",
    "builds=[]": "--set builds=[]: builds: expected at least one build",
    "builds[99].precision=int8": "--set builds[99].precision=int8: expected a place from 0 to ",
    "builds=[{target: tflite}]": "--set builds=[{target: tflite}]: builds[0].precision: missing, expected one of ",
    "accuracy.max_drop=2": "--set accuracy.max_drop=2: accuracy.max_drop: expected a fraction from 0 to 1, got '2.0'",
    "summary=\udc80": "--set summary=",
}


@pytest.mark.parametrize("setting", BAD, ids=ascii)
def test_a_bad_setting_is_answered_by_its_own_text(setting: str) -> None:
    with pytest.raises(InputError) as error:
        load_recipe("shapes_detection", [setting])
    assert str(error.value).startswith(BAD[setting])
