"""Write a tiny ONNX file, channels first: a strided convolution with ReLU, and a 1 x 1 one an output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.ondevice.tflite_file import storage


def save(
    path: Path,
    shape: tuple[int, ...],
    stem: np.ndarray,
    stem_bias: np.ndarray,
    heads: dict[str, tuple[np.ndarray, np.ndarray]],
    *,
    integers: bool,
    everywhere: bool = False,
) -> None:
    """Write the network; with `integers` every convolution gets integers, by QuantizeLinear and DequantizeLinear.

    With `everywhere` its bias and its output are integers, too: without that ONNX Runtime computes in floats.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(integers, everywhere)
    filters = graph.convolution("input", "stem", stem.transpose(3, 2, 0, 1), stem_bias, stride=2)
    features = graph.node("Relu", [filters], "features")
    for name, (weights, bias) in heads.items():
        graph.convolution(features, name, weights.T[:, :, None, None], bias, stride=1)
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)]
    outputs = [  # The file's order is not the manifest's: nothing may be read by position.
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, len(bias), shape[2] // 2, shape[3] // 2))
        for name, (_, bias) in reversed(heads.items())
    ]
    made = helper.make_graph(graph.nodes, "tiny", inputs, outputs, graph.constants)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


class _Graph:
    def __init__(self, integers: bool, everywhere: bool) -> None:
        self.integers, self.everywhere = integers, everywhere
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.paired: dict[str, str] = {}  # a tensor becomes integers once, however many read it

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def convolution(self, source: str, name: str, weights: np.ndarray, bias: np.ndarray, stride: int) -> str:
        if self.integers:
            source = self.pair(source, f"{name}_source", lowest=-2.0 if source == "input" else 0.0, highest=6.5)
            filters = self.integer_weights(f"{name}_weights", weights)
        else:
            filters = self.constant(f"{name}_weights", weights)
        if not self.everywhere:
            return self.node("Conv", [source, filters, self.constant(f"{name}_bias", bias)], name, strides=[stride] * 2)
        rounded = self.integer_bias(name, weights, bias, 8.5 if stride == 2 else 6.5)
        made = self.node("Conv", [source, filters, rounded], f"{name}_made", strides=[stride] * 2)
        return made if stride == 2 else self.pair(made, f"{name}_output", lowest=-9.0, highest=9.0, real=name)

    def pair(self, source: str, name: str, lowest: float, highest: float, real: str = "") -> str:
        if self.everywhere and source in self.paired:
            return self.paired[source]
        stored = storage(lowest, highest, "uint8").quantization
        assert stored is not None
        limits = [
            self.constant(f"{name}_scale", np.float32(stored.scale)),
            self.constant(f"{name}_zero", np.uint8(stored.zero_point)),
        ]
        integers = self.node("QuantizeLinear", [source, *limits], f"{name}_integers")
        self.paired[source] = self.node("DequantizeLinear", [integers, *limits], real or f"{name}_real")
        return self.paired[source]

    def integer_weights(self, name: str, weights: np.ndarray) -> str:
        scales = (np.abs(weights).max((1, 2, 3)) / 127).astype(np.float32)
        parts = [
            self.constant(f"{name}_integers", np.rint(weights / scales[:, None, None, None]).astype(np.int8)),
            self.constant(f"{name}_scales", scales),
            self.constant(f"{name}_zeros", np.zeros(len(scales), np.int8)),
        ]
        return self.node("DequantizeLinear", parts, name, axis=0)

    def integer_bias(self, name: str, weights: np.ndarray, bias: np.ndarray, source_range: float) -> str:
        """With the scale of the products: that of the source times those of the weights."""
        scales = (np.abs(weights).max((1, 2, 3)) / 127 * source_range / 255).astype(np.float32)
        parts = [
            self.constant(f"{name}_bias_integers", np.rint(bias / scales).astype(np.int32)),
            self.constant(f"{name}_bias_scales", scales),
            self.constant(f"{name}_bias_zeros", np.zeros(len(scales), np.int32)),
        ]
        return self.node("DequantizeLinear", parts, f"{name}_bias", axis=0)
