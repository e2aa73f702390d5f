"""A float16 TFLite file: tables of weights in float16, biases in float32, and the same answers but for that."""

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgecv.targets.tflite_float import converted
from edgecv.targets.tflite_float16 import ALIGNED, with_narrow_weights

FLOAT16 = np.float32(2**-11)  # the largest relative error


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two equal layers, whose kernels the converter stores once, and weights that float16 has to round."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3), name="image")
    first = keras.layers.Conv2D(3, 3, padding="same", activation="relu", bias_initializer="normal", name="first")
    second = keras.layers.Conv2D(3, 3, padding="same", bias_initializer="normal", name="second")
    network = keras.Model(image, {"logits": keras.layers.Dense(4)(second(first(image)))})
    second.set_weights(first.get_weights())
    folder = tmp_path_factory.mktemp("network") / "saved_model"
    spec = tf.TensorSpec((1, 8, 8, 3), tf.float32, name="input")
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serve", tf.function(lambda input: network(input, training=False)), [spec])  # noqa: A006
    archive.write_out(folder, verbose=False)
    return converted(Path(folder))


def constants(content: bytes) -> list[np.ndarray]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content)
    return [buffer.DataAsNumpy() for buffer in map(model.Buffers, range(model.BuffersLength())) if buffer.DataLength()]


def answer(content: bytes, image: np.ndarray) -> np.ndarray:
    logits: np.ndarray = Interpreter(model_content=content).get_signature_runner()(input=image)["logits"]
    return logits


def test_the_answers_are_the_same_but_for_the_rounding_of_the_weights(wide: bytes) -> None:
    image = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    exact, narrow = answer(wide, image), answer(with_narrow_weights(wide), image)
    assert (exact != narrow).any()
    np.testing.assert_allclose(narrow, exact, atol=10 * FLOAT16 * np.abs(exact).max())


def test_the_file_is_smaller_by_half_of_its_weights(wide: bytes) -> None:
    before, after = (sorted(each.size for each in constants(content)) for content in (wide, with_narrow_weights(wide)))
    largest = 4 * 3 * 3 * 3 * 3  # bytes of a kernel in float32
    assert before[-1] == largest
    assert after[-1] <= largest / 2  # and none is left beside what it became


def test_the_operator_that_widens_says_which_version_reads_float16(wide: bytes) -> None:
    """As TensorFlow counts them: a runtime that knows older ones alone refuses the file, and does not misread it."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(with_narrow_weights(wide))
    codes = map(model.OperatorCodes, range(model.OperatorCodesLength()))
    assert [each.Version() for each in codes if each.BuiltinCode() == schema.BuiltinOperator.DEQUANTIZE] == [3]


def test_every_constant_begins_where_the_runtime_can_read_it_fast(wide: bytes) -> None:
    narrow = with_narrow_weights(wide)
    start = np.frombuffer(narrow, np.uint8).ctypes.data
    assert all((each.ctypes.data - start) % ALIGNED == 0 for each in constants(narrow))


def test_the_same_file_gives_the_same_bytes(wide: bytes) -> None:
    assert with_narrow_weights(wide) == with_narrow_weights(wide)
