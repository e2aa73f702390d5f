"""Read an ONNX file as a given version of TensorRT would, and say what it would refuse.

This is a list of known refusals, and no proof: what passes can still be refused, and says nothing about accuracy.
"""

from collections.abc import Iterator
from pathlib import Path

from edgecv.records.recipe import Precision
from edgecv.targets.tensorrt.graph import OWN, Graph, attribute, named, read_graph
from edgecv.targets.tensorrt.lint_integers import integer_complaints
from edgecv.targets.tensorrt.operators import ADDED_IN, Version, opsets, parsed, types

OLDEST = "8.4"  # what files are made for where no device says otherwise
QUANTIZING = ("QuantizeLinear", "DequantizeLinear")


def lint(path: Path, precision: Precision, version: str = "") -> list[str]:
    """Everything in the file that this version of TensorRT does not take, each with its node and the cure."""
    graph, wanted = read_graph(path), parsed(version or OLDEST)
    own = integer_complaints(graph) if precision == "int8" else _quantized(graph, precision)
    return [
        *_opset(graph, wanted),
        *_operators(graph, wanted),
        *_types(graph, wanted),
        *_reshapes(graph),
        *own,
        *_floats(graph, precision),
    ]


def _opset(graph: Graph, version: Version) -> Iterator[str]:
    first, last = opsets(version)
    if not first <= graph.opset <= last:
        yield f"opset {graph.opset}: TensorRT {_said(version)} reads {first} to {last}; export again with another opset"


def _operators(graph: Graph, version: Version) -> Iterator[str]:
    for node in graph.nodes:
        added = ADDED_IN.get(node.op_type)
        if _integer_kernel(node.op_type):
            continue  # has its own complaint
        if added is None or node.domain not in OWN:
            yield f"{named(node)}: no TensorRT has this operator; replace the layer that it comes from"
        elif added > version:
            yield (
                f"{named(node)}: TensorRT {_said(version)} lacks this operator, {_said(added)} brought it; "
                "replace the layer that it comes from"
            )


def _integer_kernel(operator: str) -> bool:
    return operator.startswith("QLinear") or operator.endswith("Integer") or operator == "DynamicQuantizeLinear"


def _types(graph: Graph, version: Version) -> Iterator[str]:
    known = types(version)
    ports = (*graph.inputs, *graph.outputs)
    for name, kind in sorted(graph.types.items()):
        if any(use.node.op_type in QUANTIZING and use.place == 2 for use in graph.used_by.get(name, ())):
            continue  # zero points have rules of their own
        if kind == "UINT8" and name not in ports and kind in known:
            yield f"tensor '{name}': TensorRT takes uint8 as input or output of the network only; cast it at once"
        elif kind not in known and not _of_quantized(graph, name):
            yield f"tensor '{name}': TensorRT {_said(version)} has no {kind.lower()} tensors; cast to float32"


def _of_quantized(graph: Graph, name: str) -> bool:
    """What lies between the two nodes of a pair has the zero point's type, which is complained of once."""
    made = graph.made_by.get(name)
    return made is not None and made.op_type == "QuantizeLinear"


def _reshapes(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        if node.op_type == "Reshape" and graph.opset >= 14:
            allow = attribute(node, "allowzero", None)
            if allow is None:
                yield f"{named(node)}: TensorRT 8 refuses it unless 'allowzero' is written out; set it to 0"
            elif allow:
                yield f"{named(node)}: allowzero: expected 0, got '{allow}'; write the sizes out"


def _quantized(graph: Graph, precision: Precision) -> Iterator[str]:
    for node in graph.nodes:
        if node.op_type in QUANTIZING or _integer_kernel(node.op_type):
            yield f"{named(node)}: a {precision} file must hold no integers, for devices without them; build it as int8"
            return  # the others say the same


def _floats(graph: Graph, precision: Precision) -> Iterator[str]:
    """Under strong typing nobody mends types: every node computes in one, and the file in the one that is promised."""
    kinds = set(graph.types.values()) & {"FLOAT16", "BFLOAT16"}
    if precision == "float16" and "FLOAT16" not in kinds:
        yield "the file: expected float16 tensors, got none; TensorRT 11 computes in the types of the file"
    if precision != "float16" and kinds:
        yield f"the file: expected no {' or '.join(sorted(kinds)).lower()} tensors, since it is to be {precision}"
    for name in (*graph.inputs, *graph.outputs):
        if graph.types[name] != "FLOAT":
            yield f"tensor '{name}': expected float32 inputs and outputs, got {graph.types[name].lower()}"
    for node in graph.nodes:
        if node.op_type in (*QUANTIZING, "Cast", "Resize"):  # whose inputs have types of their own
            continue
        used = {graph.types.get(name, "") for name in node.input} & {"FLOAT", "FLOAT16", "BFLOAT16", "DOUBLE"}
        if len(used) > 1:
            yield f"{named(node)}: mixes {' and '.join(sorted(used)).lower()}; cast its inputs to one type"


def _said(version: Version) -> str:
    return ".".join(map(str, version))
