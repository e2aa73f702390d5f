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
) -> None:
    """Write the network; with `integers` every convolution gets integers, by QuantizeLinear and DequantizeLinear."""
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(integers)
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
    def __init__(self, integers: bool) -> None:
        self.integers = integers
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

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
        return self.node("Conv", [source, filters, self.constant(f"{name}_bias", bias)], name, strides=[stride] * 2)

    def pair(self, source: str, name: str, lowest: float, highest: float) -> str:
        stored = storage(lowest, highest, "uint8").quantization
        assert stored is not None
        limits = [
            self.constant(f"{name}_scale", np.float32(stored.scale)),
            self.constant(f"{name}_zero", np.uint8(stored.zero_point)),
        ]
        integers = self.node("QuantizeLinear", [source, *limits], f"{name}_integers")
        return self.node("DequantizeLinear", [integers, *limits], f"{name}_real")

    def integer_weights(self, name: str, weights: np.ndarray) -> str:
        scales = (np.abs(weights).max((1, 2, 3)) / 127).astype(np.float32)
        parts = [
            self.constant(f"{name}_integers", np.rint(weights / scales[:, None, None, None]).astype(np.int8)),
            self.constant(f"{name}_scales", scales),
            self.constant(f"{name}_zeros", np.zeros(len(scales), np.int8)),
        ]
        return self.node("DequantizeLinear", parts, name, axis=0)
