"""A softmax at the end of a network is the board's work."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from edgecv.errors import InputError
from edgecv.models.raw_outputs import raw_outputs, refuse_probabilities

SOFTMAX = {"activation": "softmax"}


def backbone() -> tuple[Any, Any]:
    pixels = keras.Input((12, 12, 3))
    return pixels, layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, activation="relu")(pixels))


def dense() -> Any:
    pixels, x = backbone()
    return keras.Model(pixels, layers.Dense(4, activation="softmax")(x))


def activation_layer() -> Any:
    pixels, x = backbone()
    return keras.Model(pixels, layers.Activation("softmax")(layers.Dense(4)(x)))


def softmax_layer() -> Any:
    pixels, x = backbone()
    return keras.Model(pixels, layers.Softmax()(layers.Dense(4)(x)))


def operation() -> Any:
    pixels, x = backbone()
    return keras.Model(pixels, ops.softmax(layers.Dense(4)(x)))


def named() -> Any:
    pixels, x = backbone()
    return keras.Model(pixels, {"logits": layers.Dense(4, activation="softmax")(x)})


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(6, 3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, activation="softmax"),
        ]
    )


def nested() -> Any:
    pixels, x = backbone()
    return keras.Model(pixels, keras.Sequential([keras.Input((6,)), layers.Dense(4, activation="softmax")])(x))


def only(outputs: Any) -> np.ndarray:
    (values,) = keras.tree.flatten(outputs)
    return np.asarray(values)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(8, 12, 12, 3)).astype(np.float32)


@pytest.mark.parametrize("make", [dense, activation_layer, softmax_layer, operation, named, sequential, nested])
def test_logits_come_out_of_the_same_weights(make: Callable[[], Any], pixels: np.ndarray) -> None:
    keras.utils.set_random_seed(0)
    network = make()
    before = only(network(pixels, training=False))
    logits = only(raw_outputs(network, "classification", SOFTMAX)(pixels, training=False))
    assert logits.min() < 0
    powers = np.exp(logits)
    np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), before, atol=1e-6)
    np.testing.assert_array_equal(only(network(pixels, training=False)), before)


def test_names_of_outputs_are_kept() -> None:
    assert list(raw_outputs(named(), "classification", SOFTMAX).output) == ["logits"]


def test_a_segmenter_gives_its_logits_too(pixels: np.ndarray) -> None:
    image = keras.Input((12, 12, 3))
    network = keras.Model(image, layers.Conv2D(3, 1, activation="softmax")(image))
    logits = only(raw_outputs(network, "segmentation", {})(pixels, training=False))
    assert logits.min() < 0
    assert np.array_equal(logits.argmax(-1), only(network(pixels, training=False)).argmax(-1))


def test_what_has_no_softmax_is_returned_as_it_is() -> None:
    pixels, x = backbone()
    network = keras.Model(pixels, layers.Dense(4)(x))
    assert raw_outputs(network, "classification", SOFTMAX) is network
    over_rows = keras.Input((12, 12, 3))
    network = keras.Model(over_rows, layers.Softmax(axis=1)(over_rows))
    assert raw_outputs(network, "segmentation", {}) is network


def test_a_network_whose_scores_are_said_to_be_final_is_returned_as_it_is() -> None:
    network = dense()
    assert raw_outputs(network, "classification", {"activation": "none"}) is network
    assert raw_outputs(network, "detection", {"head": "decoded"}) is network
    assert raw_outputs(network, "regression", {}) is network


def test_sigmoid_scores_are_not_taken_for_logits() -> None:
    pixels, x = backbone()
    network = keras.Model(pixels, layers.Dense(4, activation="sigmoid", name="tags")(x))
    with pytest.raises(InputError, match=r"layer 'tags' .* sigmoid.*activation: none"):
        raw_outputs(network, "classification", SOFTMAX)
    assert raw_outputs(network, "classification", {"activation": "none"}) is network


def test_probabilities_of_a_network_that_cannot_be_seen_into_are_refused() -> None:
    powers = np.exp(np.random.default_rng(0).normal(size=(8, 4))).astype(np.float32)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    with pytest.raises(InputError, match=r"flowers: its outputs are probabilities already.*activation: none"):
        refuse_probabilities(probabilities, "classification", SOFTMAX, Path("flowers"))
    refuse_probabilities(powers, "classification", SOFTMAX, Path("flowers"))
    refuse_probabilities(probabilities, "classification", {"activation": "none"}, Path("flowers"))
