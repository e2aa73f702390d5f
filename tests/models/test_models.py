import subprocess
import sys
from typing import Any

import keras
import pytest

from edgecv.errors import InputError
from edgecv.models import MODELS, check, options_of
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Model
from tests.small import small_size

SIZE = (64, 96)
OUTPUTS: dict[str, dict[str, tuple[int | None, ...]]] = {
    "tiny_classifier": {"logits": (None, 5)},
    "tiny_detector": {"cls": (None, 8, 12, 5), "box": (None, 8, 12, 4)},
    "tiny_segmenter": {"logits": (None, 32, 48, 5)},
    "regressor": {"values": (None, 5)},
}
# The others of a family are built by the same code.
DEEP = {"vgg19", "resnet34", "resnet101", "resnet152", "densenet201", "mobilenet_v3_large"}
DEEP |= {"fcn16s", "fcn32s", "anchor_free_s", "anchor_free_m", *(f"efficientnet_lite{each}" for each in range(1, 5))}
LISTED = [pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else []) for name in MODELS]
WITH_WIDTH = [name for name in MODELS if {"width", "backbone"} & {*options_of(name)} == {"width"} and name not in DEEP]


def new(name: str, size: tuple[int, int] | None = None, **options: Any) -> Any:
    """A network without the numbers in its weights, which takes no memory."""
    module = MODELS[name]
    with keras.StatelessScope(initialize_variables=False):
        return module.network(size or small_size(name), module.CHANNELS, 5, **options)


@pytest.mark.parametrize("name", LISTED)
def test_a_network_takes_normalised_pixels_gives_raw_outputs_and_depends_on_nothing_built_before(name: str) -> None:
    network = new(name)
    shape = (None, *small_size(name), MODELS[name].CHANNELS)
    assert [(each.name, each.shape, each.dtype) for each in network.inputs] == [("input", shape, "float32")]
    assert isinstance(network.output, dict)
    for output in network.output.values():
        assert all(output.shape[1:])
        made_by = output._keras_history.operation
        assert getattr(getattr(made_by, "activation", None), "__name__", "linear") == "linear"
    assert new(name).to_json() == network.to_json()


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_outputs_of_the_tiny_networks(name: str) -> None:
    assert {key: each.shape for key, each in new(name, SIZE).output.items()} == OUTPUTS[name]


@pytest.mark.parametrize("name", WITH_WIDTH)
def test_width_scales_the_parameters(name: str) -> None:
    assert new(name, width=0.5).count_params() < new(name, width=1.5).count_params()


@pytest.mark.parametrize("name", MODELS)
def test_postprocess_takes_the_options_of_the_network(name: str) -> None:
    assert isinstance(MODELS[name].postprocess(**options_of(name)), dict)


@pytest.mark.parametrize("name", MODELS)
def test_the_usual_size_is_one_that_the_model_takes(name: str) -> None:
    module = MODELS[name]
    assert check(Model(name), module.TASK, Preprocess(module.SIZE)) is module


def test_options_are_the_keyword_arguments_with_their_defaults() -> None:
    assert options_of("tiny_classifier") == {"width": 1.0, "stages": 3}
    assert options_of("efficientnet_lite2") == {"dropout": 0.3}


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Model("tiny_detecter"), "model.name: expected one of .*, got 'tiny_detecter'; did you mean 'tiny_detector'?"),
        (Model("tiny_segmenter"), "model.name: 'tiny_segmenter' is a segmentation model, but the task is detection"),
        (
            Model("tiny_detector", {"widht": 2}),
            "model.widht: expected one of width, got 'widht'; did you mean 'width'?",
        ),
        (Model("tiny_detector", {"width": "big"}), "model.width: expected a number above 0, got 'big'"),
        (Model("tiny_detector", {"width": 0}), "model.width: expected a number above 0, got '0'"),
        (Model("tiny_detector", {"width": True}), "model.width: expected a number above 0, got 'True'"),
    ],
    ids=["name", "task", "option", "word for a number", "zero", "yes for a number"],
)
def test_what_does_not_fit_is_refused_with_a_cure(model: Model, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check(model, "detection", Preprocess((64, 64)))


def test_an_option_of_a_model_without_any_is_refused() -> None:
    with pytest.raises(InputError, match=r"model.width: 'lenet5' has no options; remove it"):
        check(Model("lenet5", {"width": 1.0}), "classification", Preprocess((32, 32)))


def test_a_whole_number_serves_as_a_number() -> None:
    assert check(Model("tiny_detector", {"width": 2}), "detection", Preprocess((64, 64))) is MODELS["tiny_detector"]


@pytest.mark.parametrize("dropout", [0, 0.25])
def test_dropout_may_be_switched_off(dropout: float) -> None:
    assert check(Model("vgg16", {"dropout": dropout}), "classification", Preprocess((64, 64))) is MODELS["vgg16"]


@pytest.mark.parametrize("dropout", [1, -0.1, True, "half"])
def test_dropout_is_a_share(dropout: Any) -> None:
    with pytest.raises(InputError, match=f"model.dropout: expected a share from 0 to below 1, got '{dropout}'"):
        check(Model("vgg16", {"dropout": dropout}), "classification", Preprocess((64, 64)))


def test_a_size_that_the_levels_cannot_divide_is_refused_before_anything_is_built() -> None:
    with pytest.raises(InputError, match=r"preprocess.size: tiny_detector expects multiples of 32, got \[64, 100\]"):
        check(Model("tiny_detector"), "detection", Preprocess((64, 100)))


def test_a_size_that_leaves_nothing_to_the_last_layer_is_refused_too() -> None:
    with pytest.raises(InputError, match=r"preprocess.size: alexnet expects sides of 67 or more, got \[227, 66\]"):
        check(Model("alexnet"), "classification", Preprocess((227, 66)))


def test_models_are_listed_and_checked_without_keras() -> None:
    program = "import sys, edgecv.models as m; m.options_of('tiny_detector'); sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
