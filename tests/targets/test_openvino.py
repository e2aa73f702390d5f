"""What OpenVINO and NNCF are known to get wrong, each in the smallest network that shows it."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edgecv.ondevice.engines.openvino import import_openvino
from edgecv.records.preprocess import Preprocess
from edgecv.targets import TARGETS, Spec
from edgecv.targets.openvino import _quantized
from tests.conftest import Need

SHAPE = (12, 16, 3)


@pytest.fixture(scope="module")
def openvino(need: Need) -> Any:
    need("openvino", TARGETS["openvino"].missing())
    return import_openvino()


def resized_before_a_depthwise_layer(openvino: Any) -> Any:
    """As TensorFlow has it: a convolution, channels turned last, resized, turned back, a depthwise convolution."""
    from openvino import opset13 as make

    rng = np.random.default_rng(1)
    pixels = make.parameter([1, *SHAPE], np.float32)
    kernel = make.constant(rng.normal(0, 0.2, (16, 3, 3, 3)).astype(np.float32))
    same = ([1, 1], [1, 1], [1, 1], [1, 1])  # strides, padding before and after, dilations
    features = make.convolution(make.transpose(pixels, make.constant([0, 3, 1, 2])), kernel, *same)
    options = {"mode": "linear_onnx", "shape_calculation_mode": "sizes", "pads_begin": [0] * 4, "pads_end": [0] * 4}
    channels_last = make.transpose(features, make.constant([0, 2, 3, 1]))
    larger = make.interpolate(channels_last, make.constant([48, 64]), axes=make.constant([1, 2]), **options)
    kernels = make.constant(rng.normal(0, 1, (16, 1, 1, 3, 3)).astype(np.float32))
    answers = make.group_convolution(make.transpose(larger, make.constant([0, 3, 1, 2])), kernels, *same)
    return openvino.Model([answers], [pixels])


def test_what_is_resized_before_a_depthwise_layer_survives_int8(openvino: Any) -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, *SHAPE), np.uint8)
    preprocess = Preprocess(SHAPE[:2], mean=(127.5,) * 3, std=(64.0,) * 3)
    exported: Any = SimpleNamespace(calibration=lambda: images, preprocess=preprocess)
    quantized = _quantized(resized_before_a_depthwise_layer(openvino), exported, Spec("int8"))
    seen = (images[:1].astype(np.float32) - 127.5) / 64
    exact, got = (
        np.asarray(openvino.Core().compile_model(network, "CPU")(seen)[0])
        for network in (resized_before_a_depthwise_layer(openvino), quantized)
    )
    assert np.corrcoef(exact.ravel(), got.ravel())[0, 1] > 0.999
