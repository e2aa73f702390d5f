"""An ONNX graph as the lint walks over it: constants, who makes a tensor, who reads it, and of what type it is."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

OWN = ("", "ai.onnx")  # the domains of ONNX's own operators


class Use(NamedTuple):
    node: Any
    place: int  # among the node's inputs


@dataclass(frozen=True)
class Graph:
    opset: int  # of ONNX's own operators
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: tuple[Any, ...]
    constants: dict[str, np.ndarray]
    made_by: dict[str, Any]
    used_by: dict[str, list[Use]]
    types: dict[str, str]  # by ONNX's names, such as FLOAT


def read_graph(path: Path) -> Graph:
    import onnx
    from onnx.numpy_helper import to_array

    model = onnx.load(path)
    inferred = onnx.shape_inference.infer_shapes(model).graph
    constants = {weight.name: to_array(weight) for weight in model.graph.initializer}
    types = {weight.name: weight.data_type for weight in model.graph.initializer}
    for port in (*inferred.input, *inferred.value_info, *inferred.output):
        types[port.name] = port.type.tensor_type.elem_type
    made_by, used_by = {}, defaultdict(list)
    for node in model.graph.node:
        made_by.update(dict.fromkeys(node.output, node))
        for place, name in enumerate(node.input):
            used_by[name].append(Use(node, place))
        if node.op_type == "Constant":
            constants[node.output[0]] = to_array(attribute(node, "value", None))
    names = {name: onnx.TensorProto.DataType.Name(number) for name, number in types.items()}
    return Graph(
        max(opset.version for opset in model.opset_import if opset.domain in OWN),
        tuple(port.name for port in model.graph.input),
        tuple(port.name for port in model.graph.output),
        tuple(model.graph.node),
        constants,
        made_by,
        used_by,
        names,
    )


def named(node: Any) -> str:
    """How a complaint calls a node."""
    return f"{node.op_type} '{node.name or ', '.join(node.output)}'"


def attribute(node: Any, name: str, default: Any) -> Any:
    import onnx

    return next((onnx.helper.get_attribute_value(each) for each in node.attribute if each.name == name), default)
