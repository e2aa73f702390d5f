import subprocess
import sys
from typing import Any

import pytest

from edgecv.errors import InputError
from edgecv.models import MODELS, check, options_of
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Model

SIZE = (64, 96)
OUTPUTS: dict[str, dict[str, tuple[int | None, ...]]] = {
    "tiny_classifier": {"logits": (None, 5)},
    "tiny_detector": {"cls": (None, 8, 12, 5), "box": (None, 8, 12, 4)},
    "tiny_segmenter": {"logits": (None, 32, 48, 5)},
}


def new(name: str, **options: Any) -> Any:
    return MODELS[name].network(SIZE, 3, 5, **options)


@pytest.mark.parametrize("name", MODELS)
def test_a_network_takes_normalised_pixels_and_gives_raw_outputs_by_name(name: str) -> None:
    network = new(name)
    assert [(each.name, each.shape, each.dtype) for each in network.inputs] == [("input", (None, *SIZE, 3), "float32")]
    assert {key: each.shape for key, each in network.output.items()} == OUTPUTS[name]
    assert {layer.activation.__name__ for layer in network.layers if hasattr(layer, "activation")} == {"linear"}


@pytest.mark.parametrize("name", MODELS)
def test_a_network_does_not_depend_on_what_was_built_before_it(name: str) -> None:
    assert new(name).to_json() == new(name).to_json()


@pytest.mark.parametrize("name", MODELS)
def test_width_scales_the_parameters(name: str) -> None:
    assert new(name, width=0.5).count_params() < new(name).count_params() < new(name, width=2.0).count_params()


@pytest.mark.parametrize("name", MODELS)
def test_postprocess_takes_the_options_of_the_network(name: str) -> None:
    assert isinstance(MODELS[name].postprocess(**options_of(name)), dict)


def test_options_are_the_keyword_arguments_with_their_defaults() -> None:
    assert options_of("tiny_classifier") == {"width": 1.0, "stages": 3}


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


def test_a_whole_number_serves_as_a_number() -> None:
    assert check(Model("tiny_detector", {"width": 2}), "detection", Preprocess((64, 64))) is MODELS["tiny_detector"]


def test_a_size_that_the_levels_cannot_divide_is_refused_before_anything_is_built() -> None:
    with pytest.raises(InputError, match=r"preprocess.size: tiny_detector expects multiples of 32, got \[64, 100\]"):
        check(Model("tiny_detector"), "detection", Preprocess((64, 100)))


def test_models_are_listed_and_checked_without_keras() -> None:
    program = "import sys, edgecv.models as m; m.options_of('tiny_detector'); sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
