"""An ONNX file in float16: the types stand in the graph, so that every runtime computes what the file says.

Inputs and outputs stay float32. Weights that float16 cannot hold are refused here; activations that overflow depend on
the images, and are what parity is for.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.models.refusals import vendor_refusals
from edgecv.records.files import write_whole

HIGHEST = float(np.finfo(np.float16).max)

# What ONNX defines for float32 only. The tool's own list is longer, and leaves casts around every Min and Max.
WITHOUT_FLOAT16 = ["NonMaxSuppression", "Range"]


def write_float16(source: Path, path: Path, name: str) -> None:
    """Write a float32 file's network, which has this name, in float16; the same file gives the same bytes."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = onnx.load(source)
    _refuse_weights_out_of_range(model.graph, name)
    with vendor_refusals(name, "ONNX Runtime"):
        model = convert_float_to_float16(model, keep_io_types=True, op_block_list=WITHOUT_FLOAT16)
        del model.graph.value_info[:]  # inferred on the way, and stale now
        _sort(model.graph)
        onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString(deterministic=True))


def _refuse_weights_out_of_range(graph: Any, name: str) -> None:
    """The converter would cut them off at the end of the range, and say nothing."""
    constants = dict(_constants(graph))
    for node in graph.node:
        if node.op_type == "Clip":  # a bound that no float16 reaches bounds nothing
            continue
        for values in map(constants.get, node.input):
            if values is None or values.dtype != np.float32:
                continue
            highest = np.abs(values[np.isfinite(values)]).max(initial=0)
            if highest > HIGHEST:
                raise InputError(
                    f"{name}: float16 ends at {HIGHEST:.0f}, got {highest:.6g} among the weights of a {node.op_type}; "
                    "build it as float32 or int8"
                )


def _constants(graph: Any) -> Iterator[tuple[str, np.ndarray]]:
    from onnx.numpy_helper import to_array

    for weight in graph.initializer:
        yield weight.name, to_array(weight)
    for node in graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    yield node.output[0], to_array(attribute.t)


def _sort(graph: Any) -> None:
    """Move the casts, which the converter adds at the end, to where their values are made."""
    known = {"", *(port.name for port in graph.input), *(weight.name for weight in graph.initializer)}
    waiting, ordered = list(graph.node), []
    while waiting:
        place = next(place for place, node in enumerate(waiting) if known.issuperset(node.input))
        ordered.append(waiting.pop(place))
        known.update(ordered[-1].output)
    del graph.node[:]
    graph.node.extend(ordered)
