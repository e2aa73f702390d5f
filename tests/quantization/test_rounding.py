from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from edgecv.quantization.grids import GRIDS, Float16, Grids, Integers
from edgecv.quantization.moments import Moments, observe_sums, sums_of
from edgecv.quantization.rounding import DAMPING, _on_grid, _root, round_on
from tests.quantization.networks import randomise

LAYERS = {
    "valid": layers.Conv2D(6, 3),
    "same": layers.Conv2D(6, 3, padding="same", strides=2),
    "even": layers.Conv2D(6, (2, 3), padding="same", strides=(2, 1)),
    "one by one": layers.Conv2D(6, 1, use_bias=False),
    "groups": layers.Conv2D(6, 3, groups=2),
    "dilation": layers.Conv2D(6, 3, dilation_rate=2, padding="same"),
    "depthwise": layers.DepthwiseConv2D(3, padding="same", strides=2),
    "multiplier": layers.DepthwiseConv2D(3, depth_multiplier=2),
    "dense": layers.Dense(6),
}
SHAPE = (9, 8, 12)


def network(layer: Any, **before: Any) -> Any:
    pixels = keras.Input(SHAPE, name="input")
    x = layers.ReLU(**before)(pixels)
    return randomise(keras.Model(pixels, type(layer).from_config({**layer.get_config(), "name": "it"})(x)))


def pictures(count: int, seed: int) -> np.ndarray:
    """Neighbours and channels that go together, as in photographs."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(size=(count, 3, 2, 4)) @ np.random.default_rng(0).normal(size=(4, 12)) + 0.5
    fine = coarse.repeat(3, axis=1).repeat(4, axis=2)
    return (fine + rng.normal(scale=0.3, size=fine.shape)).astype(np.float32)


def with_weights(given: Any, kernel: np.ndarray, bias: np.ndarray | None) -> Any:
    copy = keras.models.clone_model(given)
    copy.get_layer("it").set_weights([kernel] if bias is None else [kernel, bias])
    return copy


def error(given: Any, other: Any, images: np.ndarray) -> float:
    return float(np.sqrt(np.mean((given(images).numpy() - other(images).numpy()) ** 2)))


@pytest.mark.parametrize("kind", list(LAYERS))
def test_what_a_layer_is_said_to_meet_gives_what_the_layer_gives(kind, monkeypatch):
    """Average inputs times weights are average outputs, which no window in a wrong place would give."""
    monkeypatch.setattr("edgecv.quantization.moments.Sums._some", lambda _self, count, _rng: np.arange(count))
    given = network(LAYERS[kind])
    (sums,) = sums_of(given)
    images = pictures(5, seed=1)
    (moments,) = observe_sums(given, [sums], images)
    average = (moments.averages[:, None] @ sums.weights)[:, 0] + sums.bias
    expected = given(images).numpy().mean((0, 1, 2))
    np.testing.assert_allclose(average.ravel(), expected, atol=1e-5)


@pytest.mark.parametrize("kind", list(LAYERS))
@pytest.mark.parametrize("grid", list(GRIDS))
def test_other_images_are_answered_better_than_after_rounding_each_weight_by_itself(kind, grid):
    given = network(LAYERS[kind])
    layer = given.get_layer("it")
    images = pictures(48, seed=1)
    rounded = round_on({grid: GRIDS[grid]}, given, images[:32])[grid]["it"]
    (sums,), rules = sums_of(given), GRIDS[grid].first  # the layer reads the pixels
    nearest = sums.as_kernel(rules.nearest(sums.weights, rules.scales(sums.weights)))
    bias = rules.bias(sums.bias).ravel().astype(np.float32) if layer.use_bias else None
    alone, together = with_weights(given, nearest, bias), with_weights(given, *rounded)
    assert error(given, together, images[32:]) < error(given, alone, images[32:])


@pytest.mark.parametrize("kind", list(LAYERS))
def test_a_converter_finds_every_weight_where_it_lies(kind):
    """It takes the scale of an output from its largest weight, and rounds."""
    given = network(LAYERS[kind])
    kernel = round_on({"int8": GRIDS["int8"]}, given, pictures(8, seed=1))["int8"]["it"].kernel
    (sums,) = sums_of(
        with_weights(given, kernel, given.get_layer("it").bias if given.get_layer("it").use_bias else None)
    )
    scales = np.abs(sums.weights).max(axis=1, keepdims=True) / 127
    steps = sums.weights / scales
    assert np.abs(steps - np.rint(steps)).max() < 1e-4
    assert np.abs(np.rint(steps)).max() == 127


def test_float16_weights_and_biases_are_float16_numbers():
    given = network(layers.Conv2D(6, 3))
    kernel, bias = round_on({"float16": GRIDS["float16"]}, given, pictures(8, seed=1))["float16"]["it"]
    assert bias is not None
    for values in (kernel, bias):
        np.testing.assert_array_equal(values, values.astype(np.float16).astype(np.float32))


def test_what_float16_cannot_hold_stays_for_whoever_refuses_it():
    given = network(layers.Conv2D(6, 3))
    kernel, bias = given.get_layer("it").get_weights()
    kernel[0, 0, 0, 0], bias[1] = 1e6, -1e6
    given.get_layer("it").set_weights([kernel, bias])
    rounded = round_on({"float16": GRIDS["float16"]}, given, pictures(8, seed=1))["float16"]["it"]
    assert rounded.kernel[0, 0, 0, 0] == np.float32(1e6)
    assert rounded.bias is not None
    assert np.abs(rounded.bias).max() > 65504


def test_a_layer_that_only_ever_meets_zeros_is_rounded_all_the_same():
    given = network(layers.Conv2D(6, 3), max_value=0.0)
    rounded = round_on({"int8": GRIDS["int8"]}, given, pictures(4, seed=1))["int8"]["it"]
    assert np.isfinite(rounded.kernel).all()


def test_moments_that_float32_has_left_uneven_have_a_root():
    """Fifty inputs that rise and fall as one, with what sums in float32 differ by above and below the diagonal."""
    heard = np.random.default_rng(0).uniform(3, 6, 50)
    uneven = np.triu(np.full((50, 50), 3e-3), 1)
    order, root = _root(Moments(heard[None], (np.outer(heard, heard) + uneven)[None]))
    assert np.isfinite(root).all()
    assert sorted(order[0]) == list(range(50))


def test_the_first_weights_take_back_what_the_bias_has_lost():
    """The weights that cost least beside an error of the bias, as solving for them at once gives them."""
    rng = np.random.default_rng(1)
    met = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)) + 1
    moments = Moments(met.mean(0)[None], (met.T @ met / 200)[None])
    weights, lost = rng.normal(size=(1, 6, 3)), rng.normal(size=(1, 3))
    order, root = _root(moments)
    kept = _on_grid(weights, lost, order, root, Exact())
    damped = moments.products[0] + DAMPING * np.diag(moments.products[0]).mean() * np.eye(6)
    best = weights[0] + np.linalg.solve(damped, moments.averages[0])[:, None] * lost
    np.testing.assert_allclose(kept[0], best, atol=1e-9)


class Exact(Float16):
    """A grid on which every number lies."""

    def nearest(self, values: np.ndarray, scales: np.ndarray) -> np.ndarray:  # noqa: ARG002 they have none
        return values


def test_an_output_without_weights_keeps_none():
    given = network(layers.Conv2D(6, 3))
    kernel, bias = given.get_layer("it").get_weights()
    kernel[..., 2] = 0
    given.get_layer("it").set_weights([kernel, bias])
    rounded = round_on({"int8": GRIDS["int8"]}, given, pictures(4, seed=1))["int8"]["it"]
    assert not rounded.kernel[..., 2].any()


def test_layers_that_read_the_pixels_have_a_grid_of_their_own():
    pixels = keras.Input(SHAPE, name="input")
    x = layers.Conv2D(6, 3, name="first")(layers.ZeroPadding2D(1)(pixels))
    given = randomise(keras.Model(pixels, layers.Conv2D(6, 3, name="second")(layers.ReLU()(x))))
    grids = {"both": Grids(Integers(3), Integers(127))}
    rounded = round_on(grids, given, pictures(4, seed=1))["both"]

    def steps(name: str) -> int:
        return len(np.unique(np.abs(rounded[name].kernel[..., 0]).round(6)))

    assert steps("first") <= 4 < steps("second")


def test_equal_networks_and_images_give_equal_weights():
    given = network(layers.Conv2D(6, 3))
    first, second = (round_on(GRIDS, given, pictures(8, seed=1)) for _ in range(2))
    for grid in GRIDS:
        np.testing.assert_array_equal(first[grid]["it"].kernel, second[grid]["it"].kernel)
