"""The classifiers of the zoo are the published ones: counted, measured, named."""

import math
from typing import Any

import keras
import pytest

from edgecv.errors import InputError
from edgecv.models.backbones import STRIDES, levels
from edgecv.models.classifiers import CLASSIFIERS

# Published counts, of 1000 classes unless said otherwise; of some networks only the parameters that are learnt are
# published, without the statistics of batch normalisation.
PARAMETERS = {
    "lenet5": 61_706,  # 10 classes
    "alexnet": 62_378_344,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 6_998_552,
    "resnet50": 25_636_712,
    "resnet101": 44_707_176,
    "resnet152": 60_419_944,
    "densenet121": 8_062_504,
    "densenet201": 20_242_984,
    "mobilenet_v1": 4_253_864,
    "mobilenet_v2": 3_538_984,
    "resnet8": 78_666,  # 10 classes
    "ds_cnn": 24_908,  # 12 classes
}
LEARNT = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "mobilenet_v3_small": 2_542_856,
    "mobilenet_v3_large": 5_483_032,
    "efficientnet_lite0": 4_652_008,
    "efficientnet_lite1": 5_416_680,
    "efficientnet_lite2": 6_092_072,
    "efficientnet_lite3": 8_197_096,
    "efficientnet_lite4": 13_006_568,
}
CLASSES = {"lenet5": 10, "resnet8": 10, "ds_cnn": 12}
FULLY_CONNECTED = {"lenet5", "alexnet"}  # nearly all their features are lost before stride 32
SHALLOW = {"resnet8", "ds_cnn"}
DEEP = {"vgg19", "resnet34", "resnet101", "resnet152", "densenet201"}  # as their smaller siblings, by the same code
DEEP |= {f"efficientnet_lite{number}" for number in range(1, 5)}
BACKBONES = [
    pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else [])
    for name in CLASSIFIERS
    if name not in FULLY_CONNECTED | SHALLOW
]


def network(name: str) -> Any:
    module = CLASSIFIERS[name]
    with keras.StatelessScope(initialize_variables=False):  # hundreds of millions of numbers that nobody reads
        return module.network(module.SIZE, module.CHANNELS, CLASSES.get(name, 1000))


def levels_of(name: str, size: tuple[int, int] = (64, 96), **options: Any) -> dict[int, Any]:
    with keras.StatelessScope(initialize_variables=False):
        return levels(name, keras.Input((*size, 3), name="input"), **options)


def learnt(one: Any) -> int:
    return sum(math.prod(each.shape) for each in one.trainable_variables)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_network_has_as_many_parameters_as_published(name: str) -> None:
    assert network(name).count_params() == PARAMETERS[name]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else []) for name in LEARNT]
)
def test_a_network_learns_as_many_parameters_as_published(name: str) -> None:
    assert learnt(network(name)) == LEARNT[name]


def test_every_classifier_is_held_against_a_published_figure() -> None:
    assert {*PARAMETERS, *LEARNT} == {*CLASSIFIERS} - {"tiny_classifier"}


def test_most_weights_of_alexnet_are_in_its_fully_connected_layers() -> None:
    wide = [layer for layer in network("alexnet").layers if isinstance(layer, keras.layers.Dense)]
    assert sum(layer.kernel.shape[0] * layer.kernel.shape[1] for layer in wide) == 58_621_952


def test_the_maps_of_lenet5_are_those_of_the_paper() -> None:
    lenet5 = network("lenet5")
    assert lenet5.get_layer("conv1").output.shape == (None, 28, 28, 6)
    assert lenet5.get_layer("conv2").output.shape == (None, 10, 10, 16)


def test_the_members_of_a_family_grow() -> None:
    sizes = [LEARNT[f"efficientnet_lite{number}"] for number in range(5)]
    assert sizes == sorted(sizes)
    assert [CLASSIFIERS[f"efficientnet_lite{number}"].SIZE[0] for number in range(5)] == [224, 240, 260, 280, 300]


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_has_features_at_every_stride(name: str) -> None:
    found = levels_of(name)
    assert {stride: each.shape[1:3] for stride, each in found.items()} == {
        stride: (64 // stride, 96 // stride) for stride in STRIDES
    }


def test_levels_of_a_size_that_strides_do_not_divide_are_rounded_up() -> None:
    found = levels_of("mobilenet_v2", (75, 97))
    assert {stride: each.shape[1:3] for stride, each in found.items()} == {
        2: (38, 49),
        4: (19, 25),
        8: (10, 13),
        16: (5, 7),
        32: (3, 4),
    }


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v3_small", "densenet121", "efficientnet_lite0"])
def test_the_layers_of_a_backbone_have_the_names_that_they_have_in_the_classifier(name: str) -> None:
    pixels = keras.Input((64, 64, 3), name="input")
    with keras.StatelessScope(initialize_variables=False):
        backbone = keras.Model(pixels, levels(name, pixels))
        classifier = CLASSIFIERS[name].network((64, 64), 3, 5)
    whole = {each.name: type(each) for each in classifier.operations}
    for each in backbone.operations:
        assert whole[each.name] is type(each)


def test_a_narrow_backbone_has_narrow_features() -> None:
    assert levels_of("mobilenet_v1", width=0.25)[32].shape[-1] == 256
    assert levels_of("mobilenet_v1")[32].shape[-1] == 1024


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("resnet81", {}, r"model.backbone: expected one of .*, got 'resnet81'; did you mean 'resnet\d+'?"),
        ("resnet50", {"width": 0.5}, r"model.width: 'resnet50' has one width, expected 1.0, got '0.5'"),
        ("alexnet", {"size": (227, 227)}, "model.backbone: 'alexnet' does not halve a picture of 227 x 227 five times"),
        ("resnet8", {}, "model.backbone: 'resnet8' does not halve a picture of 64 x 96 five times; .*mobilenet_v2"),
    ],
    ids=["name", "width", "other strides", "too shallow"],
)
def test_what_cannot_be_a_backbone_is_refused_with_a_cure(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        levels_of(name, **options)
