"""Violations of what TensorRT takes, each seeded into a sound int8 file, with the sentence that has to refuse it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Fault:
    seed: Callable[[Any], None]  # changes the graph of an int8 file
    says: str  # a regular expression for one of the complaints
    version: str = "8.4"


def _uint8(graph: Any) -> None:
    _set_zero_point(graph, np.array(128, np.uint8))


def _zero_point(graph: Any) -> None:
    _set_zero_point(graph, np.array(5, np.int8))


def _no_zero_point(graph: Any) -> None:
    for node in _pair_of_input(graph):
        del node.input[2]


def _stored_weights(graph: Any) -> None:
    """The quantized values in the file, and only their DequantizeLinear in the graph."""
    quantize = _weights_of(graph, "Conv")
    shape = _constant(graph, quantize.input[0]).shape
    _add(graph, "stored", np.ones(shape, np.int8))
    for reader in _readers(graph, quantize.output[0]):
        reader.input[0] = "stored"
    graph.node.remove(quantize)


def _integer_bias(graph: Any) -> None:
    convolution = _first(graph, "Conv")
    bias = _constant(graph, convolution.input[2])
    _add(graph, "bias_integers", np.ones(bias.shape, np.int32))
    _add(graph, "bias_scale", np.array(0.01, np.float32))
    _add(graph, "bias_zero", np.array(0, np.int32))
    _insert(graph, "DequantizeLinear", ["bias_integers", "bias_scale", "bias_zero"], "bias_float")
    convolution.input[2] = "bias_float"


def _pair_on_bias(graph: Any) -> None:
    convolution = _first(graph, "Conv")
    quantize = _pair_of_input(graph)[0]
    _insert(graph, "DequantizeLinear", ["bias_integers", *quantize.input[1:]], "bias_float")
    _insert(graph, "QuantizeLinear", [convolution.input[2], *quantize.input[1:]], "bias_integers")
    convolution.input[2] = "bias_float"


def _integer_operator(graph: Any) -> None:
    """A convolution of integers in place of one between pairs."""
    convolution, input_, weights = _first(graph, "Conv"), _pair_of_input(graph)[0], _weights_of(graph, "Conv")
    made, output = convolution.output[0], ["scale_of_output", "zero_of_output"]
    _add(graph, "scale_of_output", np.array(0.1, np.float32))
    _add(graph, "zero_of_output", np.array(0, np.int8))
    convolution.op_type = "QLinearConv"
    convolution.input[:] = [input_.output[0], *input_.input[1:], weights.output[0], *weights.input[1:], *output]
    convolution.output[0] = "integers"
    _insert(graph, "DequantizeLinear", ["integers", *output], made)


def _scales_of_activations(graph: Any) -> None:
    _add(graph, "scales", np.full(3, 0.01, np.float32))
    for node in _pair_of_input(graph):
        node.input[1] = "scales"


def _axis(graph: Any) -> None:
    from onnx import helper

    quantize = _weights_of(graph, "Conv")
    for node in (quantize, *_readers(graph, quantize.output[0])):
        del node.attribute[:]
        node.attribute.append(helper.make_attribute("axis", 1))


def _lone(graph: Any) -> None:
    quantize, dequantize = _pair_of_input(graph)
    for reader in _readers(graph, dequantize.output[0]):
        reader.input[0] = quantize.output[0]


def _scale_of_nothing(graph: Any) -> None:
    _add(graph, "nothing", np.array(0, np.float32))
    for node in _pair_of_input(graph):
        node.input[1] = "nothing"


def _other_scale(graph: Any) -> None:
    _add(graph, "other", np.array(0.5, np.float32))
    _pair_of_input(graph)[1].input[1] = "other"


def _newer_operator(graph: Any) -> None:
    relu = _first(graph, "Relu")
    _add(graph, "ones", np.ones(1, np.float32))
    made = relu.output[0]
    relu.output[0] = "before"
    _insert(graph, "LayerNormalization", ["before", "ones"], made)


def _unknown_operator(graph: Any) -> None:
    _first(graph, "Relu").op_type = "Unique"


def _bytes_as_input(graph: Any) -> None:
    from onnx import TensorProto, helper

    graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    graph.node.insert(0, helper.make_node("Cast", ["input"], ["input_float"], to=TensorProto.FLOAT))
    _pair_of_input(graph)[0].input[0] = "input_float"


FAULTS: dict[str, Fault] = {
    "uint8 zero point": Fault(_uint8, "zero point: expected int8, got uint8; quantize symmetrically to int8"),
    "zero point of 5": Fault(_zero_point, "zero point: expected 0, got 5; quantize symmetrically"),
    "zero point left out": Fault(_no_zero_point, "zero point: left out means uint8; write out an int8 of 0"),
    "weights stored as int8": Fault(_stored_weights, "weights stored as int8: TensorRT 8 takes float32 weights only"),
    "bias stored as int32": Fault(_integer_bias, "biases must stay float32, got int32; quantize without biases"),
    "scales of activations": Fault(
        _scales_of_activations, "one scale a channel: expected on weights only, got on 'input'"
    ),
    "axis of weights": Fault(_axis, r"axis: expected 0 for the weights of Conv '\w+', got 1"),
    "operator of a newer version": Fault(
        _newer_operator, "LayerNormalization '.*': TensorRT 8.4 lacks this operator, 8.6 brought it"
    ),
    "pair on a bias": Fault(_pair_on_bias, "biases must stay float32, got one with a pair of Q and DQ nodes"),
    "integer operator": Fault(
        _integer_operator, "QLinearConv '.*': TensorRT has no integer operators; quantize with pairs"
    ),
    "Q without DQ": Fault(_lone, r"expected a DequantizeLinear behind it, got Conv '\w+'"),
    "scale of 0": Fault(_scale_of_nothing, "scale: expected a finite number above 0, got 0; calibrate again"),
    "scales that differ": Fault(_other_scale, "scale and zero point: expected those of QuantizeLinear"),
    "operator of no version": Fault(_unknown_operator, "Unique '.*': no TensorRT has this operator"),
    "uint8 input": Fault(_bytes_as_input, "tensor 'input': TensorRT 8.4 has no uint8 tensors; cast to float32"),
}
EIGHT = tuple(FAULTS)[:8]  # one of each rule that a file can break without any tool noticing


def seed(model: Any, fault: Fault) -> Any:
    """A copy of a sound model with the fault in it."""
    import onnx

    broken = onnx.ModelProto()
    broken.CopyFrom(model)
    fault.seed(broken.graph)
    return broken


def _first(graph: Any, operator: str) -> Any:
    return next(node for node in graph.node if node.op_type == operator)


def _readers(graph: Any, name: str) -> list[Any]:
    return [node for node in graph.node if name in node.input]


def _maker(graph: Any, name: str) -> Any:
    return next(node for node in graph.node if name in node.output)


def _pair_of_input(graph: Any) -> tuple[Any, Any]:
    first = [*_readers(graph, "input"), *_readers(graph, "input_float")]
    quantize = next(node for node in first if node.op_type == "QuantizeLinear")
    (dequantize,) = _readers(graph, quantize.output[0])
    return quantize, dequantize


def _weights_of(graph: Any, operator: str) -> Any:
    """The QuantizeLinear node of the weights of the first such layer."""
    return _maker(graph, _maker(graph, _first(graph, operator).input[1]).input[0])


def _constant(graph: Any, name: str) -> np.ndarray:
    from onnx.numpy_helper import to_array

    values: np.ndarray = to_array(next(each for each in graph.initializer if each.name == name))
    return values


def _set_zero_point(graph: Any, value: np.ndarray) -> None:
    _add(graph, "zero_point", value)
    for node in _pair_of_input(graph):
        node.input[2] = "zero_point"


def _add(graph: Any, name: str, values: np.ndarray) -> None:
    from onnx.numpy_helper import from_array

    graph.initializer.append(from_array(values, name))


def _insert(graph: Any, operator: str, inputs: list[str], output: str) -> None:
    from onnx import helper

    graph.node.insert(0, helper.make_node(operator, inputs, [output], f"seeded_{output}"))
