"""One linear layer on the trunk of any classifier."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.models import MODELS
from edgecv.models.pretrained import fill
from edgecv.models.reading import postprocess_of
from edgecv.records.recipe import Model
from edgecv.records.samples import Samples, Values

SIZE = (48, 64)


def regressor(backbone: str, **options: Any) -> Any:
    return MODELS["regressor"].network(SIZE, 3, 4, backbone=backbone, **options)


@pytest.mark.parametrize("backbone", ["lenet5", "resnet8", "ds_cnn", "mobilenet_v1"])
def test_any_classifier_serves_as_a_trunk(backbone: str) -> None:
    with keras.StatelessScope(initialize_variables=False):
        network = regressor(backbone)
    assert {name: each.shape for name, each in network.output.items()} == {"values": (None, 4)}


def test_another_trunk_is_refused_with_the_near_word() -> None:
    with pytest.raises(
        InputError, match=r"model.backbone: expected one of .*, got 'resnet_8'; did you mean 'resnet8'?"
    ):
        regressor("resnet_8")


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_a_trunk_takes_the_weights_of_its_classifier(tmp_path: Path) -> None:
    donor, network = MODELS["resnet8"].network(SIZE, 3, 10), regressor("resnet8")
    donor.save(tmp_path / "donor.keras")
    filled = fill(network, Model("regressor", {"backbone": "resnet8"}, str(tmp_path / "donor.keras")), SIZE, 3)
    assert "values" not in filled
    for layer in donor.layers:
        if layer.weights and layer.name != "logits":
            assert layer.name in filled
            for mine, theirs in zip(network.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True):
                np.testing.assert_array_equal(mine, theirs)


def test_the_board_is_told_in_what_the_values_were_learnt() -> None:
    truths = np.array([[0.0, 5.0], [10.0, 5.0], [20.0, 5.0]])
    samples = Samples(("yaw", "same"), "", ("a", "b", "c"), lambda _: Path(), lambda index: Values(truths[index]))
    said = postprocess_of(Model("regressor"), "regression", samples)
    assert said == {"mean": [10.0, 5.0], "std": [8.16497, 1.0]}  # and none of the three divides by nothing
    assert postprocess_of(Model("tiny_classifier"), "classification", samples) == {"activation": "softmax"}
