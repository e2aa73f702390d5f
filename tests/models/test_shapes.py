from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from edgecv.errors import InputError
from edgecv.models.shapes import fix_shape

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)  # Keras
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 8, 6, 3)).astype(np.float32)


def network(*shape: int | None) -> Any:
    pixels = keras.Input(shape, name="pixels")
    x = layers.BatchNormalization()(layers.Conv2D(3, 3)(pixels)) * 2.0
    return keras.Model(pixels, {"cls": layers.Dense(2)(layers.GlobalMaxPooling2D()(x)), "box": x}, name="net")


def test_a_network_for_any_size_gets_one_and_gives_the_same_answers() -> None:
    before = network(None, None, 3)
    after = fix_shape(before, (8, 6), 3)
    assert [(each.name, each.shape) for each in after.inputs] == [("pixels", (None, 8, 6, 3))]
    assert {name: each.shape for name, each in after.output.items()} == {"cls": (None, 2), "box": (None, 6, 4, 3)}
    expected = before(IMAGES, training=False)
    for name, values in after(IMAGES, training=False).items():
        assert np.array_equal(values, expected[name])
        assert np.std(values) > 0.01
    assert [layer.name for layer in after.layers] == [layer.name for layer in before.layers]


def test_a_sequential_gets_a_size_too() -> None:
    before = keras.Sequential([layers.Input((None, None, 3)), layers.Conv2D(3, 3)])
    after = fix_shape(before, (8, 6), 3)
    assert after.outputs[0].shape == (None, 6, 4, 3)
    assert np.array_equal(after(IMAGES), before(IMAGES))


@pytest.mark.parametrize("nested", [False, True], ids=["layer", "layer in a network"])
def test_what_a_layer_has_learnt_from_images_is_kept(nested: bool) -> None:
    norm = layers.Normalization()
    norm.adapt(IMAGES * 70 + 30)
    inner = keras.Sequential([layers.Input((None, None, 3)), norm]) if nested else norm
    before = keras.Sequential([layers.Input((None, None, 3)), inner, layers.Conv2D(3, 3)])
    assert np.array_equal(fix_shape(before, (8, 6), 3)(IMAGES), before(IMAGES))


def test_a_network_of_that_size_stays_as_it_is() -> None:
    whole = network(8, 6, 3)
    assert fix_shape(whole, (8, 6), 3) is whole
    assert fix_shape(whole, None, 3) is whole


def two_inputs() -> Any:
    a, b = keras.Input((8, 6, 3), name="a"), keras.Input((8, 6, 3), name="b")
    return keras.Model([a, b], layers.Add()([a, b]))


@pytest.mark.parametrize(
    ("made", "size", "complaint"),
    [
        (lambda: network(8, 8, 3), (8, 6), r"takes images of \(8, 8, 3\) .*, but preprocess gives \(8, 6, 3\)"),
        (lambda: network(None, 6, 1), (8, 6), r"takes images of \(None, 6, 1\) .*, but preprocess gives \(8, 6, 3\)"),
        (lambda: network(None, None, 3), None, "takes images of any size; give one with 'size' in --preprocess"),
        (two_inputs, (8, 6), "expected a network with one input, got 2: 'a', 'b'"),
        (lambda: keras.Sequential([layers.Input((5,)), layers.Dense(2)]), (8, 6), "expected an input of"),
        (lambda: keras.Sequential([layers.Input((3, 8, 6)), layers.ReLU()]), (8, 6), "looks like channels first"),
        (
            lambda: keras.Sequential(
                [layers.Input((3, 8, 6)), layers.MaxPooling2D(data_format="channels_first", name="pool")]
            ),
            (8, 6),
            "layer 'pool' takes channels first",
        ),
        (
            lambda: keras.Sequential([layers.Input(batch_shape=(4, 8, 6, 3)), layers.ReLU()]),
            (8, 6),
            "takes 4 images at a time",
        ),
    ],
    ids=["side", "channels", "no size", "two inputs", "no image", "channels first", "layer", "batch"],
)
def test_what_has_no_one_shape_is_refused(made: Any, size: tuple[int, int] | None, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        fix_shape(made(), size, 3)


class Growing(layers.Layer):  # type: ignore[misc,unused-ignore]
    def compute_output_shape(self, shape: Any) -> Any:
        return (*shape[:1], None, 3)

    def call(self, x: Any) -> Any:
        return keras.ops.reshape(x, (keras.ops.shape(x)[0], -1, 3))


def test_an_output_of_no_fixed_shape_is_refused_by_name() -> None:
    pixels = keras.Input((None, None, 3))
    with pytest.raises(InputError, match=r"output 'grown' has no fixed shape, \(None, None, 3\)"):
        fix_shape(keras.Model(pixels, {"grown": Growing()(pixels)}), (8, 6), 3)
