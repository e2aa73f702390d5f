from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tests.quantization.networks import difference, prepare, randomise

ROUNDING = 1e-5


def chain(*between: Any, first: Any = None, second: Any = None, shape: tuple[int, ...] = (12, 12, 4)) -> Any:
    """Two layers with something between them; the first one's channels differ by up to a factor of 1000."""
    first = first or layers.Conv2D(8, 3, name="first")
    second = second or layers.Conv2D(4, 3, name="second")
    x = pixels = keras.Input(shape, name="input")
    for layer in (first, *between, second):
        x = type(layer).from_config(layer.get_config())(x)
    network = randomise(keras.Model(pixels, x))
    kernel, *bias = network.get_layer("first").get_weights()
    factors = np.logspace(-1.5, 1.5, network.get_layer("first").output.shape[-1])
    on_kernel = factors[:, None] if isinstance(first, layers.Conv2DTranspose) else factors
    network.get_layer("first").set_weights([kernel * on_kernel, *(each * factors for each in bias)])
    return network


def unevenness(kernel: np.ndarray, axes: tuple[int, ...]) -> float:
    """How many times the widest channel's range the narrowest one has."""
    ranges = np.abs(kernel).max(axis=axes)
    return float(ranges.max() / ranges.min())


COMMUTING = {
    "nothing": [],
    "relu": [layers.ReLU()],
    "relu function": [layers.Activation("relu")],
    "leaky": [layers.LeakyReLU(0.1)],
    "prelu": [layers.PReLU(shared_axes=[1, 2])],
    "max pool": [layers.ReLU(), layers.MaxPooling2D()],
    "average pool": [layers.AveragePooling2D(2, padding="same")],
    "padding": [layers.ZeroPadding2D(), layers.ReLU()],
    "cropping": [layers.Cropping2D(1)],
    "larger": [layers.UpSampling2D(2, interpolation="bilinear")],
    "dropout": [layers.Dropout(0.5), layers.ReLU()],
}


@pytest.mark.parametrize("between", list(COMMUTING))
def test_ranges_become_even_through_all_that_commutes_with_a_factor(between):
    given = chain(*COMMUTING[between])
    prepared = prepare(given)
    assert prepared.equalised == (("first", "second"),)
    assert unevenness(given.get_layer("first").kernel.numpy(), (0, 1, 2)) > 500
    assert unevenness(prepared.network.get_layer("first").kernel.numpy(), (0, 1, 2)) < 40
    assert difference(given, prepared.network) < ROUNDING


LAYERS = {
    "fused relu": ({"first": layers.Conv2D(8, 3, activation="relu", name="first")}, []),
    "a relu layer as activation": ({"first": layers.Conv2D(8, 3, activation=layers.ReLU(), name="first")}, []),
    "depthwise": ({"second": layers.DepthwiseConv2D(3, depth_multiplier=2, name="second")}, []),
    "groups": ({"second": layers.Conv2D(6, 3, groups=2, name="second")}, []),
    "transpose": ({"second": layers.Conv2DTranspose(6, 3, strides=2, name="second")}, []),
    "transpose first": ({"first": layers.Conv2DTranspose(8, 3, name="first")}, []),
    "flat": ({"second": layers.Dense(5, name="second")}, [layers.ReLU(), layers.Flatten()]),
    "global": ({"second": layers.Dense(5, name="second")}, [layers.GlobalAveragePooling2D()]),
    "dense": ({"first": layers.Dense(8, name="first"), "second": layers.Dense(5, name="second")}, [layers.ReLU()]),
    "separable": ({"second": layers.SeparableConv2D(5, 3, name="second")}, [layers.ReLU()]),
}


@pytest.mark.parametrize("kind", list(LAYERS))
def test_every_kind_of_layer_can_give_and_take(kind):
    ends, between = LAYERS[kind]
    shape = (6,) if kind == "dense" else (12, 12, 4)
    given = chain(*between, shape=shape, **ends)
    prepared = prepare(given)
    assert prepared.equalised[0][0] == "first"
    assert difference(given, prepared.network) < ROUNDING


@pytest.mark.parametrize(
    ("between", "said"),
    [
        (layers.ReLU(max_value=6), "ReLU6"),
        (layers.Activation("relu6"), "ReLU6"),
        (layers.ReLU(threshold=0.1), "ReLU with a threshold"),
        (layers.Activation("silu"), "'silu'"),
        (layers.Activation("hard_silu"), "'hard_silu'"),
        (layers.Activation("sigmoid"), "'sigmoid'"),
        (layers.ELU(), "ELU"),
        (layers.LayerNormalization(), "LayerNormalization"),
    ],
)
def test_a_pair_through_anything_else_is_skipped_and_named(between, said):
    given = chain(between)
    prepared = prepare(given)
    assert prepared.equalised == ()
    assert prepared.skipped == (f"'first' to 'second': {said} between them cannot be rescaled exactly",)
    assert np.array_equal(prepared.network.get_layer("first").kernel, given.get_layer("first").kernel)


def test_a_tensor_that_others_read_is_left_as_it_is():
    pixels = keras.Input((8, 8, 4))
    shared = layers.Conv2D(4, 1, name="shared")
    a = layers.Conv2D(4, 3, padding="same", name="a")(pixels)
    b = layers.Conv2D(4, 3, padding="same", name="b")(layers.ReLU(name="relu")(a))
    c = layers.Conv2D(4, 1, name="c")(layers.Add(name="plus")([a, b]))
    d = layers.Conv2D(4, 1, name="d")(c)
    end = layers.Add(name="end")([shared(d), shared(pixels)])
    given = randomise(keras.Model(pixels, {"inner": c, "end": end}))
    prepared = prepare(given)
    assert prepared.equalised == ()
    assert sorted(prepared.skipped) == [
        "'a' to 'relu': what lies between them is read elsewhere, too",
        "'b' to 'plus': several tensors meet there",
        "'c' to 'd': what lies between them is read elsewhere, too",
        "'d' to 'shared': the second is called more than once",
        "'shared': it is called more than once",
    ]
    assert difference(given, prepared.network) < ROUNDING


def depthwise_network() -> Any:
    x = pixels = keras.Input((16, 16, 3), name="input")
    for number, layer in enumerate(
        (
            layers.Conv2D(8, 3, use_bias=False),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            layers.Conv2D(12, 1, use_bias=False),
            layers.DepthwiseConv2D(3, strides=2, use_bias=False),
            layers.Conv2D(16, 1, use_bias=False),
        )
    ):
        layer.name = f"layer{number}"
        x = layers.ReLU()(layers.BatchNormalization(name=f"norm{number}")(layer(x)))
    logits = layers.Dense(4, name="layer5")(layers.GlobalAveragePooling2D()(x))
    return randomise(keras.Model(pixels, {"logits": logits}))


def rescale(network: Any, seed: int) -> Any:
    """Change the range of every channel between two layers by 2^-3 to 2^3, and nothing of what the network computes."""
    random = np.random.default_rng(seed)
    twin = keras.models.clone_model(network)
    twin.set_weights(network.get_weights())
    for number in range(5):
        norm, after = twin.get_layer(f"norm{number}"), twin.get_layer(f"layer{number + 1}")
        factors = 2 ** random.uniform(-3, 3, norm.gamma.shape)
        norm.gamma.assign(norm.gamma * factors)
        norm.beta.assign(norm.beta * factors)
        on_kernel = factors[:, None]  # input channels are the last axis but one, of a depthwise kernel, too
        after.set_weights([after.get_weights()[0] / on_kernel, *after.get_weights()[1:]])
    return twin


def test_the_damage_of_a_rescale_is_undone(only_what_gains):
    given = depthwise_network()
    damaged = rescale(given, seed=0)
    assert difference(given, damaged) < ROUNDING
    mended = prepare(damaged)
    assert mended.skipped == ()
    assert len(mended.equalised) == 5
    assert difference(damaged, mended.network) < ROUNDING
    folded = prepare(damaged, equalise=False).network
    before, after = (
        sum(crowding(each, f"layer{number}") for number in range(1, 6)) for each in (folded, mended.network)
    )
    assert before > 1.5 * after


def crowding(network: Any, layer: str) -> float:
    """How many times the range of all channels that a layer reads is that of the average one."""
    images = np.random.default_rng(3).normal(size=(8, *network.input_shape[1:])).astype(np.float32)
    read = np.asarray(keras.Model(network.input, network.get_layer(layer).input)(images, training=False))
    largest = np.abs(read).max(axis=tuple(range(read.ndim - 1)))
    return float(largest.max() / largest.mean())


def test_a_dead_channel_is_left_and_a_nearly_dead_one_does_not_blow_up():
    given = chain(layers.ReLU())
    kernel, bias = given.get_layer("first").get_weights()
    kernel[..., 0], kernel[..., 1] = 0, 1e-8
    bias[:2] = 1.0
    given.get_layer("first").set_weights([kernel, bias])
    prepared = prepare(given)
    assert prepared.equalised == (("first", "second"),)
    assert np.abs(prepared.network.get_layer("first").bias).max() < 2 * np.abs(bias).max()
    assert difference(given, prepared.network) < ROUNDING


def test_a_network_whose_channels_are_even_is_left_alone(only_what_gains):
    given = randomise(
        keras.Sequential(
            [keras.Input((16, 16, 3)), layers.Conv2D(8, 3, activation="relu", name="a"), layers.Conv2D(8, 3, name="b")]
        )
    )
    prepared = prepare(given)
    assert prepared.equalised == ()
    assert prepared.skipped == ("'a' to 'b': even enough",)
    for name in ("a", "b"):
        before, after = (each.get_layer(name).get_weights() for each in (given, prepared.network))
        assert all(np.array_equal(x, y) for x, y in zip(before, after, strict=True))
