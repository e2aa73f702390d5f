"""Which narrow numbers a file holds: a float32 file that is sold as int8 would pass every comparison."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edgecv.ondevice.engines.openvino import import_openvino
from edgecv.parity.weights import Place

NARROW: Mapping[str, set[str]] = {
    "float32": set(),
    "float16": {"float16"},
    "dynamic": {"int8"},
    "int8": {"int8"},
    "int16x8": {"int8", "int16"},
}
INTEGERS_FROM = 1024  # values that a tensor of weights has to have for TFLite to make integers of it in dynamic files
NO_INTEGERS = f"no weights have {INTEGERS_FROM} values or more, so that TFLite left all of them in float32"


def too_small_for_integers(precision: str, found: set[str], weights: Sequence[Place]) -> bool:
    """Whether a dynamic file holds no integers because its weights are small, and not because it is another file."""
    return precision == "dynamic" and not found and all(place.length < INTEGERS_FROM for place in weights)


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
    library = import_openvino()

    operations = library.Core().read_model(path).get_ops()
    types = {each.get_element_type().get_type_name() for each in operations if each.get_type_name() == "Constant"}
    found = {"float16"} if "f16" in types else set()
    return found | ({"int8"} if any(each.get_type_name() == "FakeQuantize" for each in operations) else set())


READ_BY: Mapping[str, Callable[[Path], set[str]]] = {"tflite": tflite, "onnx": onnx, "openvino": openvino}
