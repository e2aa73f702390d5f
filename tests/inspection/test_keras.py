"""Every kind of layer is counted, or said not to be; memory and receptive field follow the branches."""

from typing import Any

import pytest

from edgecv.inspection import keras_graph
from edgecv.inspection.summary import summary

keras = pytest.importorskip("keras")
layers = keras.layers


def found(network: Any) -> dict[str, Any]:
    result = summary(keras_graph.read(network))
    assert result["totals"]["parameters"] == network.count_params()
    return result


def by_name(network: Any) -> dict[str, dict[str, Any]]:
    return {layer["name"]: layer for layer in found(network)["layers"]}


def chain(*parts: Any) -> Any:
    return keras.Sequential(parts)


@pytest.mark.parametrize(
    ("layer", "macs", "output", "field"),
    [
        (layers.Conv2D(8, 3, strides=2, padding="same"), 4 * 4 * 9 * 4 * 8, [4, 4, 8], [3, 3]),
        (layers.Conv2D(8, 3, groups=2, padding="same"), 8 * 8 * 9 * 2 * 8, [8, 8, 8], [3, 3]),
        (layers.Conv2D(8, (1, 3), dilation_rate=2, padding="same"), 8 * 8 * 3 * 4 * 8, [8, 8, 8], [1, 5]),
        (layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), 8 * 8 * 9 * 4 * 2, [8, 8, 8], [3, 3]),
        (layers.SeparableConv2D(8, 3, padding="same"), 8 * 8 * (9 * 4 + 4 * 8), [8, 8, 8], [3, 3]),
        (layers.Conv2DTranspose(8, 4, strides=2, padding="same"), 8 * 8 * 16 * 4 * 8, [16, 16, 8], [2, 2]),
        (layers.Dense(8), 8 * 8 * 4 * 8, [8, 8, 8], [1, 1]),
        (layers.MaxPooling2D(2), 0, [4, 4, 4], [2, 2]),
        (layers.UpSampling2D(2, interpolation="bilinear"), 0, [16, 16, 4], [2, 2]),
        (layers.GlobalAveragePooling2D(), 0, [1, 1, 4], [8, 8]),
        (layers.Flatten(), 0, [1, 1, 256], [8, 8]),
    ],
    ids=lambda value: value.name if isinstance(value, keras.Layer) else "",
)
def test_a_layer_is_counted_as_it_multiplies(layer: Any, macs: int, output: list[int], field: list[int]) -> None:
    (one,) = found(chain(keras.Input((8, 8, 4)), layer))["layers"]
    assert (one["macs"], one["output"], one["receptive_field"]) == (macs, output, field)


@pytest.mark.parametrize(("axis", "field"), [(-1, [1, 1]), ((1, 2), [8, 8]), (None, [8, 8])])
def test_a_mean_over_channels_looks_no_further(axis: Any, field: list[int]) -> None:
    pixels = keras.Input((8, 8, 4))
    network = keras.Model(pixels, keras.ops.mean(pixels, axis=axis, keepdims=True))
    assert found(network)["layers"][-1]["receptive_field"] == field


def test_strides_multiply_and_enlarging_divides_them() -> None:
    network = chain(keras.Input((16, 16, 3)), layers.Conv2D(4, 3, 2), layers.Conv2D(4, 3, 2), layers.UpSampling2D(2))
    assert [layer["stride"] for layer in found(network)["layers"]] == [[2, 2], [4, 4], [2, 2]]
    assert found(network)["layers"][1]["receptive_field"] == [7, 7]


def test_layers_inside_models_are_seen() -> None:
    inner = keras.Sequential([keras.Input((8, 8, 4)), layers.Conv2D(4, 3, name="conv")], name="inner")
    pixels = keras.Input((8, 8, 4))
    network = keras.Model(pixels, layers.ReLU(name="relu")(inner(pixels)))
    assert list(by_name(network)) == ["inner/conv", "relu"]


def test_a_shared_layer_works_twice_and_holds_its_weights_once() -> None:
    pixels, conv = keras.Input((8, 8, 4)), layers.Conv2D(4, 3, padding="same", name="conv")
    seen = by_name(keras.Model(pixels, conv(conv(pixels))))
    assert seen["conv"]["macs"] == seen["conv#2"]["macs"] > 0
    assert (seen["conv"]["parameters"], seen["conv#2"]["parameters"]) == (148, 0)
    assert "counted before" in seen["conv#2"]["remark"]


def test_what_is_applied_to_every_moment_is_counted_for_each() -> None:
    network = chain(keras.Input((5, 8, 8, 4)), layers.TimeDistributed(layers.Conv2D(2, 3, padding="same")))
    assert found(network)["totals"]["macs"] == 5 * 8 * 8 * 9 * 4 * 2


def test_a_layer_that_nobody_knows_is_said_not_to_be_counted() -> None:
    class Odd(keras.layers.Layer):  # type: ignore[name-defined,misc,unused-ignore]
        def build(self, shape: Any) -> None:
            self.kernel = self.add_weight(shape=(shape[-1], shape[-1]))

        def call(self, values: Any) -> Any:
            return values @ self.kernel

    result = found(chain(keras.Input((8, 8, 4)), layers.Conv2D(4, 1), Odd(name="odd"), layers.ReLU()))
    odd = result["layers"][1]
    assert (odd["macs"], odd["parameters"], odd["receptive_field"]) == (None, 16, None)
    assert "multiply-accumulates of Odd are not counted" in odd["remark"]
    assert result["totals"]["macs_not_counted"] == ["odd"]
    assert result["totals"]["macs"] == 8 * 8 * 16


def test_several_outputs_are_told() -> None:
    pixels = keras.Input((8, 8, 4))
    network = keras.Model(pixels, {"a": layers.Conv2D(2, 1)(pixels), "b": layers.Conv2D(3, 1)(pixels)})
    assert found(network)["outputs"] == [[8, 8, 2], [8, 8, 3]]


def test_a_shortcut_keeps_its_tensor_alive() -> None:
    pixels = keras.Input((8, 8, 4))  # 1 kB in float32
    first = layers.Conv2D(8, 1, name="first")(pixels)  # 2 kB, alive until the sum
    inside = layers.ReLU(name="relu")(layers.Conv2D(16, 1, name="wide")(first))  # 4 kB, and the ReLU in its place
    narrow = layers.Conv2D(8, 1, name="narrow")(inside)
    network = keras.Model(pixels, layers.Add(name="sum")([first, narrow]))
    alive = {name: layer["live_bytes"] // 1024 for name, layer in by_name(network).items()}
    assert alive == {"first": 1 + 2, "wide": 2 + 4, "relu": 2 + 4, "narrow": 2 + 4 + 2, "sum": 2 + 2 + 2}
    totals = found(network)["totals"]
    assert (totals["peak_activation_bytes"], totals["peak_at"]) == (8 * 1024, "narrow")


def test_an_activation_leaves_a_tensor_alone_that_others_read() -> None:
    pixels = keras.Input((8, 8, 4))
    first = layers.Conv2D(8, 1, name="first")(pixels)
    network = keras.Model(pixels, layers.Add(name="sum")([first, layers.ReLU(name="relu")(first)]))
    assert by_name(network)["relu"]["live_bytes"] == 2 * 2048


def test_where_branches_meet_the_largest_field_counts() -> None:
    pixels = keras.Input((32, 32, 3))
    near, far = layers.Conv2D(4, 1)(pixels), layers.Conv2D(4, 7, padding="same")(pixels)
    network = keras.Model(pixels, layers.Add(name="sum")([near, far]))
    assert by_name(network)["sum"]["receptive_field"] == [7, 7]
    gate = layers.GlobalAveragePooling2D(keepdims=True)(near)
    gated = by_name(keras.Model(pixels, layers.Multiply(name="gate")([far, gate])))["gate"]
    assert (gated["receptive_field"], gated["stride"]) == ([32, 32], None)
