"""A TFLite file with its weights in float16 and its biases in float32.

The converter makes float16 of every constant. Two bytes a channel are nothing to the file, and much to the answers: a
rounded bias moves all values of its channel alike, and no other weight can take that back. So the float32 file is
rewritten: its tables of numbers are stored as float16, with the operator in front that makes them float32 again.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

ALIGNED = 16  # bytes: where the runtime expects the values of a constant to begin


def with_narrow_weights(content: bytes) -> bytes:
    """A float32 file in float16; its signature and whatever else it holds stay."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content)
    code, narrow = len(model.operatorCodes), dict[int, int]()
    model.operatorCodes.append(_dequantize())
    for graph in model.subgraphs:
        widening = []
        for place in _tables(model, graph):
            wide = _stored_narrow(model, graph, place, narrow)
            ends = {"inputs": np.array([place], np.int32), "outputs": np.array([wide], np.int32)}
            widening.append(schema.OperatorT(opcodeIndex=code, **ends))
        graph.operators = [*widening, *graph.operators]  # each before whoever reads it
    _drop_unused(model, narrow)
    return _packed(model)


def _tables(model: Any, graph: Any) -> list[int]:
    """The places of the float32 constants that are more than a number a channel."""
    from ai_edge_litert import schema_py_generated as schema

    return [
        place
        for place, tensor in enumerate(graph.tensors)
        if tensor.type == schema.TensorType.FLOAT32
        and model.buffers[tensor.buffer].data is not None
        and sum(side > 1 for side in tensor.shape) > 1
    ]


def _stored_narrow(model: Any, graph: Any, place: int, narrow: dict[int, int]) -> int:
    """Make a constant float16; its readers get another tensor, whose place is returned."""
    from ai_edge_litert import schema_py_generated as schema

    constant = graph.tensors[place]
    graph.tensors.append(schema.TensorT(shape=constant.shape, type=constant.type, name=constant.name))
    wide = len(graph.tensors) - 1
    for operator in graph.operators:
        operator.inputs = np.where(operator.inputs == place, np.int32(wide), operator.inputs)
    if constant.buffer not in narrow:  # equal constants share one
        with np.errstate(over="ignore"):  # parity refuses what comes of it
            values = model.buffers[constant.buffer].data.view(np.float32).astype(np.float16)
        model.buffers.append(schema.BufferT(data=values.view(np.uint8)))
        narrow[constant.buffer] = len(model.buffers) - 1
    constant.type, constant.name = schema.TensorType.FLOAT16, constant.name + b"_float16"
    constant.buffer = narrow[constant.buffer]
    return wide


def _drop_unused(model: Any, buffers: Iterable[int]) -> None:
    used = {tensor.buffer for graph in model.subgraphs for tensor in graph.tensors}
    for place in set(buffers) - used:
        model.buffers[place].data = None


def _dequantize() -> Any:
    from ai_edge_litert import schema_py_generated as schema

    operator = schema.BuiltinOperator.DEQUANTIZE
    return schema.OperatorCodeT(deprecatedBuiltinCode=operator, builtinCode=operator, version=3)  # 3: reads float16


def _packed(model: Any) -> bytes:
    import flatbuffers

    class Aligned(flatbuffers.Builder):
        def StartVector(self, size: int, count: int, _alignment: int) -> Any:  # noqa: N802 - its name there
            return super().StartVector(size, count, ALIGNED)

    builder = Aligned(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
