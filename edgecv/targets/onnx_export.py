"""From a traced TensorFlow function to an ONNX file with channels first, the same bytes for the same network."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.records.files import write_whole

OPSET = 17  # the newest that TensorRT 8.5, the oldest still alive on a Jetson Xavier, reads


def write_onnx(function: Any, tensors: Mapping[str, Any], network: Path, path: Path) -> None:
    """Convert a traced function, of which `tensors` are the outputs by name."""
    import onnx
    from tf2onnx import convert

    on_grid = [tensor.name for tensor in tensors.values() if len(tensor.shape) == 4]
    with _Complaints("tf2onnx.optimizer") as complaints:
        model, _ = convert.from_function(
            function,
            input_signature=function.input_signature,
            opset=OPSET,
            inputs_as_nchw=["input"],
            outputs_as_nchw=on_grid,
        )
    if complaints.lines:
        raise InputError(
            f"{network}: tf2onnx cannot lay it out with channels first: {complaints.lines[0]}; "
            "a plain number added right after a convolution does this: use a bias or a sigmoid instead"
        )
    for node in model.graph.node:
        _spell_nearest_as_the_standard_does(node)
    _number(model.graph)
    onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString(deterministic=True))


class _Complaints(logging.Handler):
    """Keeps the warnings of a logger: when tf2onnx fails to optimise, it only logs it and writes a slow file."""

    def __init__(self, logger: str) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._logger = logging.getLogger(logger)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def __enter__(self) -> "_Complaints":
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)


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
