"""A recipe is either a record that makes sense, or one sentence with its place and its cure."""

from pathlib import Path

import pytest

import edgecv
from edgecv.documents import load_recipe, names
from edgecv.errors import InputError, Unavailable
from edgecv.records.recipe import Build

GOOD = """\
summary: Pets
task: classification
data:
  format: shapes
  path: pictures
preprocess:
  size: [64, 96]
  mean: [0, 0, 0]
model:
  name: tiny_classifier
  width: 0.5
training:
  epochs: 3
builds:
  - {target: tflite, precision: int8}
  - target: openvino
    precision: float32
accuracy:
  metric: top1
  max_drop: 0.02
"""

# What is changed in GOOD, what it becomes, and the whole message.
BAD = {
    "unknown key": ("epochs: 3", "epoch: 3", "13: training.epoch: unknown key; did you mean 'epochs'?"),
    "unknown key at the top": ("summary:", "sumary:", "1: sumary: unknown key; did you mean 'summary'?"),
    "unknown key unlike any other": (
        "  precision: float32",
        "  precision: float32\n    zzz: 1",
        "18: builds[1].zzz: unknown key; expected one of target, precision",
    ),
    "name": ("summary: Pets", "name: pets\nsummary: Pets", "1: name: comes from the name of the file; remove it here"),
    "key given twice": (
        "epochs: 3",
        "epochs: 3\n  epochs: 4",
        "14: epochs: given twice, first at pets.yaml:13; keep one",
    ),
    "missing field": ("summary: Pets\n", "", "1: summary: missing, expected text"),
    "missing field inside": (
        "    precision: float32\n",
        "",
        "16: builds[1].precision: missing, expected one of float32, float16, dynamic, int8, int16x8",
    ),
    "missing field of a block": ("  metric: top1\n", "", "18: accuracy.metric: missing, expected one of top1, "),
    "near choice": (
        "precision: int8",
        "precision: int7",
        "15: builds[0].precision: expected one of float32, float16, dynamic, int8, int16x8, got 'int7'; "
        "did you mean 'int8'?",
    ),
    "choice in capitals": ("precision: int8", "precision: INT8", "got 'INT8'; did you mean 'int8'?"),
    "task": (
        "task: classification",
        "task: clasification",
        "2: task: expected one of classification, detection, segmentation, regression, got 'clasification'; "
        "did you mean 'classification'?",
    ),
    "target": (
        "target: openvino",
        "target: openvno",
        "16: builds[1].target: expected one of tflite, onnx, openvino, tensorrt, got 'openvno'; "
        "did you mean 'openvino'?",
    ),
    "word for a number": ("epochs: 3", "epochs: many", "13: training.epochs: expected a whole number, got 'many'"),
    "fraction for a whole number": ("epochs: 3", "epochs: 2.5", "training.epochs: expected a whole number, got '2.5'"),
    "boolean for a number": ("epochs: 3", "epochs: yes", "training.epochs: expected a whole number, got 'yes'"),
    "true for a number": ("epochs: 3", "epochs: true", "training.epochs: expected a whole number, got 'true'"),
    "quoted number": ("epochs: 3", "epochs: '3'", "training.epochs: expected a whole number, got '3'"),
    "number for text": (
        "summary: Pets",
        "summary: 2024",
        "1: summary: expected text, got '2024'; put it in quotes",
    ),
    "nothing for text": ("summary: Pets", "summary:", "1: summary: expected text, got nothing"),
    "nothing for a block": ("training:\n  epochs: 3", "training:", "12: training: expected a mapping with epochs, "),
    "text for a list": ("size: [64, 96]", "size: 64x96", "7: preprocess.size: expected a list of 2 whole numbers, "),
    "list too long": (
        "size: [64, 96]",
        "size: [64, 96, 3]",
        "7: preprocess.size: expected a list of 2 whole numbers, got 3 of them",
    ),
    "wrong kind in a list": ("size: [64, 96]", "size: [64, wide]", "7: preprocess.size[1]: expected a whole number, "),
    "mapping for a list": ("builds:\n", "builds:\n  tflite: int8\nbuild:\n", "14: builds: expected a list of "),
    "infinite": ("max_drop: 0.02", "max_drop: .inf", "20: accuracy.max_drop: expected a number, got 'inf'"),
    "not a number": ("max_drop: 0.02", "max_drop: .nan", "20: accuracy.max_drop: expected a number, got 'nan'"),
    "size of zero": (
        "size: [64, 96]",
        "size: [64, 0]",
        "7: preprocess.size: expected height and width above 0, got '[64, 0]'",
    ),
    "too few means": (
        "mean: [0, 0, 0]",
        "mean: [0]",
        "8: preprocess.mean: expected 3 numbers for color 'rgb', got 1",
    ),
    "means of a gray network": (
        "mean: [0, 0, 0]",
        "mean: [0, 0, 0]\n  color: gray",
        "8: preprocess.mean: expected 1 number for color 'gray', got 3",
    ),
    "division by zero": (
        "mean: [0, 0, 0]",
        "std: [1, 0, 1]",
        "8: preprocess.std[1]: expected anything but 0, got '0': it divides",
    ),
    "resize_to without crop": (
        "mean: [0, 0, 0]",
        "resize_to: 128",
        "8: preprocess.resize_to: only with resize 'crop', got resize 'stretch'",
    ),
    "resize_to too small": (
        "mean: [0, 0, 0]",
        "resize: crop\n  resize_to: 90",
        "9: preprocess.resize_to: expected at least 96, the longer side of preprocess.size, got '90'",
    ),
    "no epochs": ("epochs: 3", "epochs: 0", "13: training.epochs: expected a number above 0, got '0'"),
    "negative learning rate": (
        "epochs: 3",
        "learning_rate: -1e-3",
        "13: training.learning_rate: expected a number above 0, got '-0.001'",
    ),
    "warm-up longer than the training": (
        "epochs: 3",
        "warmup: 5",
        "13: training.warmup: expected a fraction from 0 to 1, got '5.0'",
    ),
    "early stopping after nothing": (
        "epochs: 3",
        "early_stopping: 0",
        "13: training.early_stopping: expected a number above 0, or null, got '0'",
    ),
    "drops that do not rise": (
        "epochs: 3",
        "schedule: steps\n  drops: [0.8, 0.5]",
        "14: training.drops: expected rising shares between 0 and 1, got '[0.8, 0.5]'",
    ),
    "drop after the end": (
        "epochs: 3",
        "schedule: steps\n  drops: [0.8, 1.5]",
        "14: training.drops: expected rising shares between 0 and 1, got '[0.8, 1.5]'",
    ),
    "drops of another schedule": (
        "epochs: 3",
        "drops: [0.5]",
        "13: training.drops: only with schedule 'steps', got schedule 'cosine'",
    ),
    "average that never moves": (
        "epochs: 3",
        "ema: 1",
        "13: training.ema: expected a number between 0 and 1, such as 0.999, or null, got '1.0'",
    ),
    "nothing but smoothing": (
        "epochs: 3",
        "label_smoothing: 1",
        "13: training.label_smoothing: expected 0 or more, and less than 1, got '1.0'",
    ),
    "unknown schedule": (
        "epochs: 3",
        "schedule: cosin",
        "13: training.schedule: expected one of cosine, steps, constant, got 'cosin'; did you mean 'cosine'?",
    ),
    "drop in per cent": (
        "max_drop: 0.02",
        "max_drop: 2",
        "20: accuracy.max_drop: expected a fraction from 0 to 1, got '2.0'",
    ),
    "metric of another task": (
        "metric: top1",
        "metric: miou",
        "19: accuracy.metric: expected one of top1 for classification, got 'miou'",
    ),
    "no builds": (
        "  - {target: tflite, precision: int8}\n  - target: openvino\n    precision: float32\n",
        "  []\n",
        "14: builds: expected at least one build, such as {target: tflite, precision: int8}, got '[]'",
    ),
    "same build twice": (
        "  - target: openvino\n    precision: float32\n",
        "  - {target: tflite, precision: int8}\n",
        "16: builds[1]: the same as builds[0]; remove one",
    ),
    "same build in other words": (
        "  - target: openvino\n    precision: float32\n",
        "  - {target: tflite, precision: int8, io: integer}\n",
        "16: builds[1]: the same as builds[0]; remove one",
    ),
    "variable that is not set": (
        "path: pictures",
        "path: ${EDGECV_TEST_UNSET}/pets",
        "5: data.path: the environment variable EDGECV_TEST_UNSET is not set; "
        "to set it: export EDGECV_TEST_UNSET=/path/to/data",
    ),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(text: str) -> str:
    Path("pets.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        load_recipe("pets.yaml")
    return str(error.value)


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_refused_with_its_place_and_its_cure(case: str, here: Path) -> None:
    old, new, message = BAD[case]
    assert GOOD.count(old) >= 1
    said = refused(GOOD.replace(old, new, 1))
    assert said.startswith("pets.yaml:")
    assert message in said
    assert "\n" not in said
    assert len(said) < 300


def test_a_setting_of_a_loss_is_refused_where_the_task_has_no_use_for_it(here: Path) -> None:
    said = refused(GOOD.replace("classification", "segmentation").replace("epochs: 3", "label_smoothing: 0.1"))
    assert "training.label_smoothing: only classification can use it, and the task is segmentation; remove it" in said


def test_what_is_left_out_has_its_default(here: Path) -> None:
    Path("pets.yaml").write_text(GOOD)
    document = load_recipe("pets.yaml")
    recipe = document.record
    assert (recipe.name, recipe.preprocess.size, recipe.training.epochs) == ("pets", (64, 96), 3)
    assert recipe.builds == (Build("tflite", "int8"), Build("openvino", "float32"))
    assert recipe.training.batch_size == 32
    assert recipe.model.options == {"width": 0.5}
    assert recipe.preprocess.std == (255.0, 255.0, 255.0)


def test_a_gray_network_has_one_mean_and_one_std_by_default(here: Path) -> None:
    Path("pets.yaml").write_text(GOOD.replace("mean: [0, 0, 0]", "color: gray"))
    preprocess = load_recipe("pets.yaml").record.preprocess
    assert (preprocess.mean, preprocess.std) == ((0.0,), (255.0,))


def test_a_data_path_is_relative_to_its_recipe(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "mine").mkdir()
    (here / "mine/pets.yaml").write_text(GOOD)
    assert load_recipe("mine/pets.yaml").record.data.path == str(here / "mine/pictures")
    assert load_recipe("mine/pets.yaml", ["data.path=photos"]).record.data.path == str(here / "photos")
    monkeypatch.setenv("PETS", "/srv/pets")
    recipe = load_recipe("mine/pets.yaml", ["data.path=${PETS}/cats"]).record
    assert recipe.data.path == "/srv/pets/cats"
    assert load_recipe("mine/pets.yaml", ["data.path=${NOT_SET}"], expand=False).record.data.path == "${NOT_SET}"


def test_a_later_check_can_name_the_place(here: Path) -> None:
    Path("pets.yaml").write_text(GOOD)
    document = load_recipe("pets.yaml")
    assert document.at("model.width") == "pets.yaml:11: model.width"
    assert document.at("builds[1].precision") == "pets.yaml:17: builds[1].precision"
    assert document.at("training.seed") == "pets.yaml:12: training.seed"
    assert document.at("bench.threads") == "pets.yaml:1: bench.threads"
    with pytest.raises(Unavailable, match=r"^pets\.yaml:15: builds\[0\]: nothing to build with$"), document.places():
        raise Unavailable("builds[0]: nothing to build with")
    with pytest.raises(InputError, match=r"^elsewhere: wrong$"), document.places():
        raise InputError("elsewhere: wrong")


def test_an_unknown_name_is_answered_with_the_near_one() -> None:
    known = names("recipes")[0]
    with pytest.raises(InputError, match=f"did you mean '{known}'. to list them: edgecv recipes"):
        load_recipe(known + "x")
    with pytest.raises(InputError, match=r"nowhere/pets.yaml: expected a YAML file, got nothing there"):
        load_recipe("nowhere/pets.yaml")


@pytest.mark.parametrize("name", names("recipes"))
def test_every_recipe_that_ships_is_good(name: str) -> None:
    document = load_recipe(name, expand=False)
    assert document.record.name == name
    first = document.path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/schemas/recipe.schema.json"


def test_an_installed_package_finds_the_registry_inside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "edgecv/recipes").mkdir(parents=True)
    (tmp_path / "edgecv/recipes/mine.yaml").write_text(GOOD)
    monkeypatch.setattr(edgecv, "__file__", str(tmp_path / "edgecv/__init__.py"))
    assert names("recipes") == ["mine"]
    assert load_recipe("mine").path == tmp_path / "edgecv/recipes/mine.yaml"


def test_an_error_may_grow_by_as_much_as_its_unit_allows() -> None:
    accuracy = load_recipe("shapes_regression", ["accuracy.max_drop=2.5"], expand=False).record.accuracy
    assert (accuracy.metric, accuracy.max_drop) == ("mae", 2.5)
    with pytest.raises(InputError, match=r"accuracy.max_drop: expected 0 or more, got '-1.0'"):
        load_recipe("shapes_regression", ["accuracy.max_drop=-1"], expand=False)
    with pytest.raises(InputError, match=r"accuracy.max_drop: expected a fraction from 0 to 1, got '2.5'"):
        load_recipe("shapes_regression", ["accuracy={metric: r2, max_drop: 2.5}"], expand=False)
