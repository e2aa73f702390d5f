from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from edgecv.quantization import flattening, preparing
from tests.quantization.networks import difference, kinds, prepare, randomise

ROUNDING = 1e-5
BEFORE = {
    "plain": layers.Conv2D(8, 3),
    "same": layers.Conv2D(8, 3, padding="same", strides=2, use_bias=False),
    "groups": layers.Conv2D(8, 3, groups=2),
    "dilation": layers.Conv2D(8, 3, dilation_rate=2),
    "depthwise": layers.DepthwiseConv2D(3),
    "multiplier": layers.DepthwiseConv2D(3, depth_multiplier=3, use_bias=False),
    "transpose": layers.Conv2DTranspose(6, 3, strides=2, padding="same"),
    "dense": layers.Dense(8, use_bias=False),
    "separable": layers.SeparableConv2D(8, 3, depth_multiplier=2),
}


def network(*stack: Any, shape: tuple[int, ...] = (9, 9, 4)) -> Any:
    """A stack of layers, and a ReLU that lets the sum see every channel."""
    x = pixels = keras.Input(shape, name="input")
    for layer in stack:
        x = type(layer).from_config(layer.get_config())(x)
    return randomise(keras.Model(pixels, layers.ReLU()(x)))


@pytest.mark.parametrize("before", list(BEFORE))
@pytest.mark.parametrize("norm", [{}, {"scale": False}, {"center": False, "epsilon": 0.1}], ids=str)
def test_a_batch_norm_goes_into_the_layer_before_it(before, norm):
    given = network(BEFORE[before], layers.BatchNormalization(name="norm", **norm))
    prepared = prepare(given)
    assert prepared.folded == ("norm",)
    assert prepared.kept == ()
    assert "BatchNormalization" not in kinds(prepared.network)
    assert difference(given, prepared.network) < ROUNDING


AFTER = {
    "valid": layers.Conv2D(8, 3),
    "groups": layers.Conv2D(8, 3, groups=2, use_bias=False),
    "one by one": layers.Conv2D(8, 1, padding="same", strides=2),
    "depthwise": layers.DepthwiseConv2D(3, depth_multiplier=2),
    "dense": layers.Dense(5, use_bias=False),
    "flat": layers.SeparableConv2D(5, 3),
}


@pytest.mark.parametrize("after", list(AFTER))
def test_a_batch_norm_goes_into_the_layer_after_it_where_no_other_is(after):
    given = network(layers.MaxPooling2D(), layers.BatchNormalization(name="norm"), AFTER[after])
    prepared = prepare(given)
    assert prepared.folded == ("norm",)
    assert difference(given, prepared.network) < ROUNDING


@pytest.mark.parametrize("after", [layers.Conv2D(8, 3, padding="same"), layers.Conv2DTranspose(8, 3)], ids=repr)
def test_a_shift_is_not_moved_over_a_border_of_zeros(after):
    given = network(layers.BatchNormalization(name="norm"), after)
    prepared = prepare(given)
    assert prepared.folded == ()
    assert "adds a border of zeros" in prepared.kept[0]
    assert difference(given, prepared.network) < ROUNDING


@pytest.mark.parametrize("after", [layers.Conv2D(8, 3, padding="same"), layers.Conv2DTranspose(8, 3)], ids=repr)
def test_a_gain_without_shift_is(after):
    given = network(layers.BatchNormalization(name="norm", center=False), after)
    given.get_layer("norm").moving_mean.assign(np.zeros(4))
    prepared = prepare(given)
    assert prepared.folded == ("norm",)
    assert difference(given, prepared.network) < ROUNDING


def test_what_does_nothing_at_inference_is_no_obstacle():
    given = network(
        layers.Conv2D(8, 3), layers.Activation("linear"), layers.Dropout(0.5), layers.BatchNormalization(name="norm")
    )
    prepared = prepare(given)
    assert kinds(prepared.network) == ["InputLayer", "Conv2D", "ReLU"]
    assert difference(given, prepared.network) < ROUNDING


def test_two_in_a_row_go_the_same_way():
    given = network(layers.Conv2D(8, 3), layers.BatchNormalization(), layers.BatchNormalization())
    prepared = prepare(given)
    assert len(prepared.folded) == 2
    assert difference(given, prepared.network) < ROUNDING


def test_each_that_is_kept_has_its_reason():
    pixels = keras.Input((8, 8, 4))
    norm = {name: layers.BatchNormalization(name=name) for name in ("sum", "read", "active", "axis", "twice", "batch")}
    conv = layers.Conv2D(4, 1, name="conv")(pixels)
    added = norm["sum"](layers.Add(name="plus")([conv, norm["read"](conv)]))
    active = norm["active"](layers.Conv2D(4, 1, activation="tanh", name="tanh")(layers.ReLU(name="relu")(added)))
    norm["axis"].axis = 1
    axis = norm["axis"](layers.Conv2D(4, 1)(layers.ReLU(name="next")(active)))
    twice = layers.Add()([norm["twice"](layers.Conv2D(4, 1)(layers.ReLU()(axis))), norm["twice"](pixels)])
    batch = norm["batch"](layers.Conv2D(4, 1)(layers.ReLU()(twice)), training=True)
    given = randomise(keras.Model(pixels, batch))
    prepared = prepare(given)
    reasons = dict(sentence.split(": ", 1) for sentence in prepared.kept)
    assert prepared.folded == ()
    assert reasons == {
        "'read'": "'conv' before it is read elsewhere, too, and 'plus' after it is no layer with a kernel",
        "'sum'": "'plus' before it is no layer with a kernel, and 'relu' after it is no layer with a kernel",
        "'active'": "'tanh' before it has an activation, and 'next' after it is no layer with a kernel",
        "'axis'": "its channels are not the last axis",
        "'twice'": "it is called more than once",
        "'batch'": "it takes its statistics from each batch",
    }


def test_a_wrong_constant_is_a_difference(monkeypatch):
    """As if a batch norm had been folded with another epsilon than its own."""
    given = network(layers.Conv2D(8, 3), layers.BatchNormalization(epsilon=0.01))

    def misread(network):
        graph = flattening.read(network)
        next(step for step in graph.steps if step.kind == "BatchNormalization").part.config["epsilon"] = 0.001
        return graph

    monkeypatch.setattr(preparing, "read", misread)
    assert difference(given, prepare(given).network) > 100 * ROUNDING
