"""From a traced TensorFlow function to an ONNX file with channels first, the same bytes for the same network."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecv.models.refusals import vendor_refusals
from edgecv.records.files import write_whole

OPSET = 17  # which every TensorRT from 8.4 on parses


def write_onnx(function: Any, tensors: Mapping[str, Any], network: Path, path: Path) -> None:
    """Convert a traced function, of which `tensors` are the outputs by name."""
    import onnx
    from tf2onnx import convert

    # Otherwise a failed optimisation is only logged, and costs most of the speed; and every step copies the network,
    # which takes half as much memory again.
    os.environ["TF2ONNX_CATCH_ERRORS"] = "false"
    with vendor_refusals(str(network), "tf2onnx"):
        model, _ = convert.from_function(
            function,
            input_signature=function.input_signature,
            opset=OPSET,
            custom_rewriter=[_with_added_numbers_as_lists],
            inputs_as_nchw=["input"],
            outputs_as_nchw=[tensor.name for tensor in tensors.values() if len(tensor.shape) == 4],
        )
        _keep_constants(function, model.graph)
        for node in model.graph.node:
            _spell_nearest_as_the_standard_does(node)
        _number(model.graph)
        onnx.checker.check_model(model, full_check=True)  # operations that ONNX lacks are passed on as they were
    write_whole(path, model.SerializeToString(deterministic=True))


def _with_added_numbers_as_lists(graph: Any, operations: Any) -> Any:
    """The optimiser of tf2onnx asks the number that is added to a convolution, as hard swish does, for its length."""
    for operation in operations:
        if operation.type not in ("Add", "AddV2"):
            continue
        for place, (number, other) in enumerate(zip(operation.inputs, reversed(operation.input), strict=True)):
            if number.is_const() and number.get_tensor_value(as_list=False).ndim == 0 and graph.get_shape(other):
                values = number.get_tensor_value(as_list=False).reshape(1)
                listed = graph.make_const(f"{operation.name}_number_{place}", values)
                graph.replace_input(operation, operation.input[place], listed.output[0], place)
    return operations


def _keep_constants(function: Any, graph: Any) -> None:
    """What a layer computed when it was built, as Normalization its mean, tf2onnx takes for one more input."""
    from onnx.numpy_helper import from_array

    captures = function.get_concrete_function().graph.captures
    values = {inner.name: outer.numpy() for outer, inner in captures if outer.dtype.name != "resource"}
    graph.initializer.extend(from_array(values[port.name], port.name) for port in graph.input if port.name in values)
    inputs = [port for port in graph.input if port.name not in values]
    del graph.input[:]
    graph.input.extend(inputs)


def _spell_nearest_as_the_standard_does(node: Any) -> None:
    """tf2onnx writes a coordinate mode that left the standard with opset 13; these two modes take the same pixels."""
    modes = {attribute.name: attribute for attribute in node.attribute}
    old = modes.get("coordinate_transformation_mode")
    if old is not None and old.s == b"tf_half_pixel_for_nn" and modes["nearest_mode"].s == b"floor":
        old.s, modes["nearest_mode"].s = b"half_pixel", b"round_prefer_ceil"


def _number(graph: Any) -> None:
    """Name nodes, weights and inner tensors by their place: tf2onnx takes names from the order of Python's sets."""
    weights = {weight.name: weight for weight in graph.initializer}
    names = {port.name: port.name for port in (*graph.input, *graph.output)}
    for place, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{place}"
        for index, used in enumerate(node.input):
            if used in weights:
                names.setdefault(used, f"weight_{len(names)}")
            node.input[index] = names[used] if used else ""  # an optional input that is left out has no name
        for index, made in enumerate(node.output):
            names.setdefault(made, node.name if index == 0 else f"{node.name}_{index}")
            node.output[index] = names[made]
    used_weights = [weights[name] for name in names if name in weights]  # in the order of their first use
    for weight in used_weights:
        weight.name = names[weight.name]
    del graph.initializer[:]
    graph.initializer.extend(used_weights)
    graph.name = "network"
