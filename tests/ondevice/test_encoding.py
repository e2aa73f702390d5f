"""Pixels to stored values and back, against the definitions and against the operator that is replaced."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from edgecv.ondevice.engines import tflite
from edgecv.ondevice.engines.encoding import decoded, encoding_for
from edgecv.records.artifact import Quantization, Tensor
from edgecv.records.preprocess import Preprocess
from tests.ondevice import tflite_file

EVERY_PIXEL = np.stack([np.arange(256, dtype=np.uint8)] * 3, axis=-1).reshape(1, 16, 16, 3)
PER_CHANNEL = Preprocess(size=(16, 16), mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
HALVES = Preprocess(size=(16, 16), mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5))

# 2/255 for -1 to 1: with a mean of 127.5 every pixel then falls half way between two integers
STORED_INT8 = tflite_file.Storage("int8", Quantization(2 / 255, -1))
STORED_INT16 = tflite_file.Storage("int16", Quantization(2.3 / 32767, 0))  # of 16x8 files: always symmetric


def tensor(
    dtype: str = "float32",
    layout: str = "nhwc",
    quantization: Quantization | None = None,
    shape: tuple[int, ...] = (1, 16, 16, 3),
) -> Tensor:
    return Tensor("input", "input", shape, dtype, layout, quantization)


@pytest.mark.parametrize("preprocess", [PER_CHANNEL, HALVES], ids=["a table a channel", "one table"])
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_every_pixel_is_normalised_exactly_as_float32_arithmetic_does_it(preprocess: Preprocess, layout: str) -> None:
    expected = (EVERY_PIXEL - np.array(preprocess.mean, np.float32)) / np.array(preprocess.std, np.float32)
    if layout == "nchw":
        expected = expected.transpose(0, 3, 1, 2)
    encoded = encoding_for(preprocess, tensor(layout=layout))(EVERY_PIXEL)
    assert encoded.dtype == np.float32
    assert encoded.flags.c_contiguous
    np.testing.assert_array_equal(encoded, expected)


@pytest.mark.parametrize("stored", [STORED_INT8, STORED_INT16], ids=["int8", "int16"])
@pytest.mark.parametrize("preprocess", [PER_CHANNEL, HALVES], ids=["a table a channel", "halves everywhere"])
def test_an_integer_input_gets_what_the_quantize_operator_would_store(
    preprocess: Preprocess, stored: tflite_file.Storage, tmp_path: Path, need
) -> None:
    need("tflite", tflite.missing())
    from ai_edge_litert.interpreter import Interpreter

    tflite_file.save_quantizer(tmp_path / "quantizer.tflite", EVERY_PIXEL.shape, stored)
    normalised = encoding_for(preprocess, tensor())(EVERY_PIXEL)
    operator = Interpreter(str(tmp_path / "quantizer.tflite")).get_signature_runner()
    encoded = encoding_for(preprocess, tensor(stored.dtype, quantization=stored.quantization))(EVERY_PIXEL)
    assert encoded.dtype == stored.dtype
    np.testing.assert_array_equal(encoded, operator(input=normalised)["output"])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16"])
def test_integers_come_back_within_half_a_step(dtype: str) -> None:
    stored = tflite_file.storage(-2.2, 2.7, dtype)
    described = tensor(dtype, quantization=stored.quantization)
    normalised = encoding_for(PER_CHANNEL, tensor())(EVERY_PIXEL)
    back = decoded([encoding_for(PER_CHANNEL, described)(EVERY_PIXEL)], [described])["input"]
    assert stored.quantization
    assert np.abs(back - normalised).max() <= stored.quantization.scale * 0.501
    assert len(np.unique(back)) > 200


def test_values_beyond_the_range_of_the_integers_stop_at_its_ends() -> None:
    described = tensor("int8", quantization=Quantization(0.001, 0))
    encoded = encoding_for(HALVES, described)(EVERY_PIXEL)
    assert (encoded.min(), encoded.max()) == (-128, 127)


def test_a_gray_network_gets_one_channel() -> None:
    gray = dataclasses.replace(HALVES, color="gray")
    encoded = encoding_for(gray, tensor(shape=(1, 1, 16, 16), layout="nchw"))(EVERY_PIXEL[..., :1])
    assert encoded.shape == (1, 1, 16, 16)
    expected = (np.arange(256, dtype=np.float32) - np.float32(127.5)) / np.float32(127.5)
    np.testing.assert_array_equal(encoded.ravel(), expected)


def test_an_integer_class_map_is_not_multiplied_by_the_scale_of_zero_that_is_reported_for_it() -> None:
    classes = np.arange(4, dtype=np.int32).reshape(1, 2, 2)
    described = Tensor("classes", "classes", (1, 2, 2), "int32", quantization=Quantization(0.0, 0))
    np.testing.assert_array_equal(decoded([classes], [described])["classes"], classes)


def test_decoded_outputs_do_not_share_memory_with_the_runtime() -> None:
    raw = np.zeros((1, 4), np.float32)
    answer = decoded([raw], [Tensor("logits", "logits", (1, 4), "float32")])["logits"]
    raw += 1
    assert not answer.any()
