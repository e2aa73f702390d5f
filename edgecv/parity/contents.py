"""Which narrow numbers a file holds: a float32 file that is sold as int8 would pass every comparison."""

from collections.abc import Callable, Mapping
from pathlib import Path

NARROW: Mapping[str, set[str]] = {
    "float32": set(),
    "float16": {"float16"},
    "dynamic": {"int8"},
    "int8": {"int8"},
    "int16x8": {"int8", "int16"},
}


def tflite(path: Path) -> set[str]:
    from ai_edge_litert.interpreter import Interpreter

    found = {details["dtype"].__name__ for details in Interpreter(str(path)).get_tensor_details()}
    return found & {"float16", "int8", "int16"}


def onnx(path: Path) -> set[str]:
    import onnx as library

    graph = library.load(path).graph
    types = {weight.data_type for weight in graph.initializer}
    found = {"float16"} if library.TensorProto.FLOAT16 in types else set()
    return found | ({"int8"} if any(node.op_type == "QuantizeLinear" for node in graph.node) else set())


def openvino(path: Path) -> set[str]:
    import openvino as library

    operations = library.Core().read_model(path).get_ops()
    types = {each.get_element_type().get_type_name() for each in operations if each.get_type_name() == "Constant"}
    found = {"float16"} if "f16" in types else set()
    return found | ({"int8"} if any(each.get_type_name() == "FakeQuantize" for each in operations) else set())


READ_BY: Mapping[str, Callable[[Path], set[str]]] = {"tflite": tflite, "onnx": onnx, "openvino": openvino}
