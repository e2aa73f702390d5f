"""What is counted is what the literature says, of whole networks and of single layers."""

from functools import cache
from typing import Any

import pytest

from edgecv.inspection import keras_graph, zoo
from edgecv.inspection.figures import figures_of
from edgecv.inspection.summary import summary
from edgecv.models import MODELS
from edgecv.models.figures import figures

SMALL = ("lenet5", "tiny_classifier", "resnet8", "ds_cnn", "tiny_detector", "tiny_segmenter")


@cache
def found(name: str) -> dict[str, Any]:
    return summary(keras_graph.read(zoo.network_of_model(name)))


def layers_of(name: str, kind: str) -> list[dict[str, Any]]:
    return [layer for layer in found(name)["layers"] if layer["type"] == kind]


def costs(*layers: Any) -> dict[str, Any]:
    """What a chain of layers costs; the first is the input."""
    import keras

    return summary(keras_graph.read(keras.Sequential(layers)))


def test_the_convolutions_of_lenet5_give_28x28x6_and_10x10x16() -> None:
    first, second = layers_of("lenet5", "Conv2D")[:2]
    assert (first["output"], second["output"]) == ([28, 28, 6], [10, 10, 16])
    assert found("lenet5")["totals"]["parameters"] == 61_706


def test_alexnet_keeps_nearly_all_of_its_weights_in_dense_layers() -> None:
    alexnet = found("alexnet")
    assert alexnet["inputs"] == [[227, 227, 3]]
    assert alexnet["totals"]["parameters"] == 62_378_344
    dense = [layer for layer in alexnet["layers"] if layer["type"] == "Dense"]
    assert sum(layer["macs"] for layer in dense) == 58_621_952  # a dense layer multiplies once by each of its weights


@pytest.mark.parametrize(
    ("name", "parameters", "depth"),
    [("vgg16", 138_357_544, 16), ("vgg19", 143_667_240, 19), ("googlenet", 6_998_552, 22)],
)
def test_networks_have_their_published_parameters_and_depth(name: str, parameters: int, depth: int) -> None:
    totals = found(name)["totals"]
    assert (totals["parameters"], totals["depth"]) == (parameters, depth)


def test_resnet152_is_deeper_than_vgg19_and_multiplies_less() -> None:
    deep, wide = found("resnet152")["totals"], found("vgg19")["totals"]
    assert (deep["depth"], wide["depth"]) == (152, 19)
    assert deep["macs"] == pytest.approx(11.3e9, rel=0.005)
    assert wide["macs"] == pytest.approx(19.6e9, rel=0.005)


@pytest.mark.parametrize(("name", "macs"), [("mobilenet_v2", 300e6), ("mobilenet_v1", 569e6), ("resnet50", 3.86e9)])
def test_networks_multiply_as_often_as_published(name: str, macs: float) -> None:
    assert found(name)["totals"]["macs"] == pytest.approx(macs, rel=0.005)


@pytest.mark.parametrize(
    ("name", "size"), [("alexnet", 195), ("vgg16", 212), ("resnet50", 483), ("resnet152", 1507), ("mobilenet_v2", 491)]
)
def test_receptive_fields_are_the_published_ones(name: str, size: int) -> None:
    """As in Araujo, Norris and Sim: Computing Receptive Fields of Convolutional Neural Networks, Distill, 2019."""
    local = [layer for layer in found(name)["layers"] if layer["stride"]]
    assert local[-1]["receptive_field"] == [size, size]


def test_yolov1_answers_with_7x7x30_for_20_classes() -> None:
    assert found("yolov1")["outputs"] == [[7, 7, 30]]


def test_a_bottleneck_makes_a_wide_convolution_cheap() -> None:
    from keras import Input, layers

    plain = costs(Input((28, 28, 192)), layers.Conv2D(32, 5, padding="same"))
    bottleneck = costs(Input((28, 28, 192)), layers.Conv2D(16, 1), layers.Conv2D(32, 5, padding="same"))
    assert plain["totals"]["macs"] == 120_422_400
    assert bottleneck["totals"]["macs"] == 12_443_648


def test_ten_filters_of_5x5_on_three_colours_have_760_parameters() -> None:
    from keras import Input, layers

    assert costs(Input((32, 32, 3)), layers.Conv2D(10, 5))["layers"][0]["parameters"] == 760


def test_every_model_has_its_figures() -> None:
    """To write them anew: python -m edgecv.inspection figures edgecv/models/figures.json."""
    assert set(figures()) == set(MODELS)


@pytest.mark.parametrize(
    "name", [name if name in SMALL else pytest.param(name, marks=pytest.mark.slow) for name in MODELS]
)
def test_the_figures_of_the_list_are_those_of_the_network(name: str) -> None:
    assert figures()[name] == figures_of(name)
