"""The rules of int8 files that every TensorRT from 8.0 to 11 takes: the portable symmetric form with Q/DQ pairs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from edgecv.targets.tensorrt.graph import Graph, Use, attribute, named

WEIGHTED = ("Conv", "ConvTranspose", "Gemm", "MatMul")


def integer_complaints(graph: Graph) -> Iterator[str]:
    """What is wrong with how a file is quantized."""
    if not any(node.op_type == "QuantizeLinear" for node in graph.nodes):
        yield "the file: expected QuantizeLinear nodes in an int8 file, got none"
    for node in graph.nodes:
        if node.op_type == "QuantizeLinear":
            yield from _zero_point(graph, node)
            yield from _scale(graph, node)
            yield from _axis(graph, node)
            yield from _followed(graph, node)
        elif node.op_type == "DequantizeLinear":
            yield from _preceded(graph, node)
        elif node.op_type in WEIGHTED:
            yield from _bias(graph, node)
        elif node.op_type.startswith("QLinear") or node.op_type.endswith("Integer"):
            yield f"{named(node)}: TensorRT has no integer operators; quantize with pairs of Q and DQ nodes"
        elif node.op_type == "DynamicQuantizeLinear":
            yield f"{named(node)}: TensorRT needs fixed scales; calibrate, then quantize with Q and DQ nodes"


def _zero_point(graph: Graph, node: Any) -> Iterator[str]:
    if len(node.input) < 3 or not node.input[2]:
        yield f"{named(node)}: zero point: left out means uint8; write out an int8 of 0"
        return
    stored = graph.constants.get(node.input[2])
    if stored is None:
        yield f"{named(node)}: zero point: expected a constant, got the tensor '{node.input[2]}'"
    elif stored.dtype != np.int8:
        yield f"{named(node)}: zero point: expected int8, got {stored.dtype}; quantize symmetrically to int8"
    elif stored.any():
        worst = int(stored.reshape(-1)[np.abs(stored.reshape(-1).astype(int)).argmax()])
        yield f"{named(node)}: zero point: expected 0, got {worst}; quantize symmetrically"


def _scale(graph: Graph, node: Any) -> Iterator[str]:
    scale = graph.constants.get(node.input[1])
    if scale is None:
        yield f"{named(node)}: scale: expected a constant, got the tensor '{node.input[1]}'"
    elif not (np.isfinite(scale).all() and (scale > 0).all()):
        wrong = scale[~(np.isfinite(scale) & (scale > 0))].reshape(-1)[0]
        yield f"{named(node)}: scale: expected a finite number above 0, got {wrong:g}; calibrate again"


def _axis(graph: Graph, node: Any) -> Iterator[str]:
    """One scale a channel is for weights only, along the channels that the layer gives."""
    scale = graph.constants.get(node.input[1])
    if scale is None or scale.size == 1:
        return
    weights = graph.constants.get(node.input[0])
    if weights is None:
        yield f"{named(node)}: one scale a channel: expected on weights only, got on '{node.input[0]}'"
        return
    axis = attribute(node, "axis", 1) % weights.ndim
    for use in _readers_behind_pair(graph, node):
        expected = _channel_axis(use, weights.ndim)
        if axis != expected:
            yield f"{named(node)}: axis: expected {expected} for the weights of {named(use.node)}, got {axis}"


def _readers_behind_pair(graph: Graph, node: Any) -> list[Use]:
    pairs = [use.node for use in graph.used_by[node.output[0]] if use.node.op_type == "DequantizeLinear"]
    readers = [use for pair in pairs for use in graph.used_by[pair.output[0]]]
    return [use for use in readers if use.node.op_type in WEIGHTED and use.place == 1]


def _channel_axis(use: Use, dimensions: int) -> int:
    if use.node.op_type == "Conv":
        return 0
    if use.node.op_type == "ConvTranspose":
        return 1
    return 0 if attribute(use.node, "transB", 0) else dimensions - 1


def _followed(graph: Graph, node: Any) -> Iterator[str]:
    readers = graph.used_by[node.output[0]]
    if not readers:
        yield f"{named(node)}: expected a DequantizeLinear behind it, got nothing"
    for use in readers:
        if use.node.op_type != "DequantizeLinear":
            yield f"{named(node)}: expected a DequantizeLinear behind it, got {named(use.node)}"
        elif not _same(graph, node, use.node):
            yield f"{named(use.node)}: scale and zero point: expected those of {named(node)}, got others"


def _same(graph: Graph, one: Any, other: Any) -> bool:
    """Whether two nodes of a pair have equal scales, zero points and axes, under the same names or others."""
    if attribute(one, "axis", 1) != attribute(other, "axis", 1) or len(one.input) != len(other.input):
        return False
    values = [[graph.constants.get(name) for name in node.input[1:]] for node in (one, other)]
    return all(a is not None and b is not None and np.array_equal(a, b) for a, b in zip(*values, strict=True))


def _preceded(graph: Graph, node: Any) -> Iterator[str]:
    made = graph.made_by.get(node.input[0])
    if made is not None and made.op_type == "QuantizeLinear":
        return
    stored = graph.constants.get(node.input[0])
    if stored is None:
        yield f"{named(node)}: expected a QuantizeLinear before it, got '{node.input[0]}'"
    elif stored.dtype == np.int32:
        yield f"{named(node)}: biases must stay float32, got int32; quantize without biases"
    else:
        yield (
            f"{named(node)}: weights stored as {stored.dtype}: TensorRT 8 takes float32 weights only, "
            "with a pair of Q and DQ nodes; add the pair to the weights"
        )


def _bias(graph: Graph, node: Any) -> Iterator[str]:
    if len(node.input) < 3 or node.op_type == "MatMul":
        return
    made = graph.made_by.get(node.input[2])
    if made is None or made.op_type != "DequantizeLinear":
        return
    if graph.made_by.get(made.input[0]) is not None:  # one that is stored as int32 has been named already
        yield f"{named(node)}: biases must stay float32, got one with a pair of Q and DQ nodes; quantize without biases"
