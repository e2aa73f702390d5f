from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tests.quantization.networks import answers, difference, kinds, prepare, randomise

ROUNDING = 1e-5


def block(x: Any, filters: int, name: str) -> Any:
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.ReLU(name=f"{name}_relu")(layers.BatchNormalization(name=f"{name}_norm")(x))


def backbone(name: str = "backbone") -> Any:
    pixels = keras.Input((16, 16, 3))
    return keras.Model(pixels, block(block(pixels, 8, "a"), 12, "b"), name=name)


def test_a_model_inside_a_network_is_laid_open():
    given = keras.Sequential([keras.Input((16, 16, 3)), backbone(), layers.GlobalMaxPooling2D(), layers.Dense(4)])
    given = randomise(given)
    prepared = prepare(given)
    assert prepared.folded == ("a_norm", "b_norm")
    assert len(prepared.equalised) == 2
    assert "Functional" not in kinds(prepared.network)
    assert difference(given, prepared.network) < ROUNDING


def test_models_within_models_keep_apart_layers_of_the_same_name():
    pixels = keras.Input((16, 16, 3), name="pixels")
    inner = keras.Sequential([backbone("one"), layers.Conv2D(3, 1, name="a_conv")], name="inner")
    features = inner(pixels, training=False)
    given = randomise(keras.Model(pixels, {"all": backbone("two")(features), "some": features}, name="outer"))
    prepared = prepare(given)
    assert prepared.network.name == "outer"
    assert len(prepared.folded) == 4
    assert [name for name in (layer.name for layer in prepared.network.layers) if "a_conv" in name] == [
        "a_conv",
        "inner_a_conv",
        "two_a_conv",
    ]
    assert difference(given, prepared.network) < ROUNDING


def test_a_model_that_is_called_twice_keeps_its_weights_once():
    twice = backbone()
    pixels = keras.Input((16, 16, 3))
    given = randomise(keras.Model(pixels, layers.Concatenate()([twice(pixels), twice(layers.ReLU()(pixels))])))
    prepared = prepare(given)
    assert prepared.folded == ()
    assert prepared.kept == ("'a_norm': it is called more than once", "'b_norm': it is called more than once")
    assert prepared.network.count_params() == given.count_params()
    assert difference(given, prepared.network) < ROUNDING


def test_inputs_and_outputs_keep_names_and_structure():
    pixels = keras.Input((16, 16, 3), name="pixels")
    x = block(pixels, 8, "a")
    single, named, listed = (randomise(keras.Model(pixels, form)) for form in (x, {"one": x, "two": pixels}, [x, x]))
    for given in (single, named, listed):
        prepared = prepare(given).network
        assert [tensor.name for tensor in prepared.inputs] == ["pixels"]
        assert list(answers(prepared)) == list(answers(given))
        assert type(prepared.output) is type(given.output)
        assert difference(given, prepared) < ROUNDING


def test_the_given_network_stays_as_it_is():
    given = randomise(keras.Sequential([backbone(), layers.Dense(4)]))
    config, weights, nodes = given.to_json(), given.get_weights(), [len(each._inbound_nodes) for each in given.layers]
    prepare(given)
    assert given.to_json() == config
    assert [len(each._inbound_nodes) for each in given.layers] == nodes
    assert all(np.array_equal(a, b) for a, b in zip(weights, given.get_weights(), strict=True))


def test_the_same_network_gives_the_same_weights():
    given = randomise(backbone())
    a, b = prepare(given).network, prepare(given).network
    assert all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))
    assert a.to_json() == b.to_json()


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")  # TensorFlow's
def test_the_result_can_be_saved_and_opened(tmp_path):
    prepared = prepare(randomise(backbone())).network
    prepared.save(tmp_path / "network.keras")
    opened = keras.saving.load_model(tmp_path / "network.keras")
    assert difference(prepared, opened) == 0


def test_layers_that_compute_from_what_they_load_are_copied_whole():
    pixels = keras.Input((16, 16, 3))
    norm = layers.Normalization()
    norm.adapt(np.random.default_rng(0).normal(3, 2, (8, 16, 16, 3)))
    x = layers.Rescaling(0.5, offset=1)(norm(pixels))
    rows = layers.Reshape((16, 48))(x)
    x = layers.Concatenate()(
        [layers.Bidirectional(layers.LSTM(4))(rows), layers.TimeDistributed(layers.Dense(3))(rows)[:, 0]]
    )
    given = randomise(keras.Model(pixels, keras.ops.relu(x * 2.0 + 0.1)))
    prepared = prepare(given)
    assert prepared.network is not given
    assert difference(given, prepared.network) < ROUNDING


class OwnCall(keras.Model):  # type: ignore[misc]  # Keras carries no types
    def __init__(self) -> None:
        super().__init__(name="own")
        self.dense = layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


@keras.saving.register_keras_serializable("tests")
class Scale(layers.Layer):  # type: ignore[misc]
    """A layer of somebody's own, which has a weight."""

    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="random_normal", name="factor")

    def call(self, x):
        return x * self.factor


def test_a_layer_of_ones_own_stays_and_is_no_way_through():
    given = randomise(
        keras.Sequential(
            [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="a"), Scale(), layers.Conv2D(4, 3, name="b")]
        )
    )
    prepared = prepare(given)
    assert prepared.skipped == ("'a' to 'b': Scale between them cannot be rescaled exactly",)
    assert difference(given, prepared.network) < ROUNDING


class Stubborn(Scale):
    def get_config(self):
        raise NotImplementedError


def subclassed():
    network = OwnCall()
    network(np.zeros((1, 4), np.float32))
    return network


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (subclassed, "'own' computes in code of its own"),
        (lambda: keras.Sequential([layers.Dense(3)], name="open"), "is not built yet"),
        (
            lambda: keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype="mixed_float16", name="half")]),
            "'half' computes in float16",
        ),
        (lambda: keras.Sequential([keras.Input((4,)), Stubborn(name="stubborn")]), "cannot be built anew"),
    ],
)
def test_a_network_that_cannot_be_read_is_returned_with_the_reason(network, reason):
    given = network()
    prepared = prepare(given)
    assert prepared.network is given
    assert reason in prepared.skipped[0]


def test_mobilenet_v2_folds_whole_and_names_every_relu6():
    given = randomise(keras.applications.MobileNetV2((96, 96, 3), alpha=0.35, weights=None, classes=5))
    prepared = prepare(given)
    assert len(prepared.folded) == 52
    assert prepared.kept == ()
    assert len(prepared.equalised) + sum("even enough" in sentence for sentence in prepared.skipped) == 2
    assert sum("ReLU6" in sentence for sentence in prepared.skipped) > 30
    assert difference(given, prepared.network) < ROUNDING


def test_dense_and_residual_blocks_fold_what_can_be():
    pixels = keras.Input((16, 16, 8))
    norm = layers.ReLU()(layers.BatchNormalization(name="before")(pixels))  # pre-activation, as in DenseNet
    grown = layers.Concatenate()([pixels, block(layers.Conv2D(8, 1)(norm), 8, "a")])
    shortcut = layers.BatchNormalization(name="shortcut")(layers.Conv2D(8, 1, name="project")(grown))
    x = layers.Conv2D(8, 3, padding="same", name="last")(block(grown, 8, "b"))
    summed = layers.Add()([shortcut, layers.BatchNormalization(name="end")(x)])
    given = randomise(keras.Model(pixels, layers.ReLU()(summed)))
    prepared = prepare(given)
    assert sorted(prepared.folded) == ["a_norm", "b_norm", "end", "shortcut"]
    assert len(prepared.kept) == 1
    assert ("b_conv", "last") in prepared.equalised
    assert difference(given, prepared.network) < ROUNDING
