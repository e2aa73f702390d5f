"""Read the file that a device opens; the end of its name says which toolchain can."""

from collections.abc import Callable, Mapping
from pathlib import Path

from edgecv.errors import InputError
from edgecv.inspection import onnx_graph, openvino_graph, tflite_graph
from edgecv.inspection.graph import Graph

READ_BY: Mapping[str, Callable[[Path, str], Graph]] = {
    ".tflite": tflite_graph.read,
    ".onnx": onnx_graph.read,
    ".xml": openvino_graph.read,
}


def read_file(path: Path, precision: str) -> Graph:
    """The operators of a file. ONNX and OpenVINO files of integers say float where their runtimes compute integers."""
    graph = READ_BY[path.suffix](path, precision)
    if not graph.operations:
        raise InputError(f"{path}: holds no operators")
    return graph
