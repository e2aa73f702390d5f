"""Correct biases for the rounding of the weights beside them, in a TFLite file; `onnx_biases` says why.

The file is compared with the float32 file of the same network, layer by layer: the converter keeps their order. Biases
are changed where they lie, so that nothing else in the file moves.
"""

import functools
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from edgecv.targets.exported import Exported, open_exported
from edgecv.targets.tflite_float import float_file

LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


class Layer(NamedTuple):
    kind: str
    source: int  # the tensor that it reads
    weights: np.ndarray  # real values: outputs first, or last where it is depthwise
    bias: np.ndarray | None  # as it is stored, and writable where the file is
    bias_scale: np.ndarray  # 1 where it is stored as floats
    buffer: int  # of the bias: equal constants share one


def correct_biases(content: bytes, exported: Exported) -> tuple[bytes, tuple[str, ...]]:
    """The file with better biases, and a sentence on those that had to stay as they are."""
    floats, averages = _averaged(exported.folder)
    corrected = bytearray(content)
    layers = list(_layers(corrected))
    if [(each.kind, each.weights.shape) for each in layers] != [(each.kind, each.weights.shape) for each in floats]:
        return content, ("biases are not corrected: the converter gave the file layers of its own",)
    users = Counter(each.buffer for each in layers if each.bias is not None)
    for layer, original, average in zip(layers, floats, averages, strict=True):
        if layer.bias is None or users[layer.buffer] > 1:
            continue
        moved = _moved(layer.kind, layer.weights - original.weights, average) / layer.bias_scale
        layer.bias[:] = layer.bias - (moved if layer.bias.dtype == np.float32 else np.rint(moved))
    shared = sum(count for count in users.values() if count > 1)
    left = (f"biases of {shared} layers are not corrected: the converter stored equal ones once",) if shared else ()
    return bytes(corrected), left


def _moved(kind: str, rounding: np.ndarray, average: np.ndarray) -> np.ndarray:
    """How far the rounding of the weights moves each output on average."""
    if kind == "DEPTHWISE_CONV_2D":
        one_a_channel = rounding.sum((0, 1, 2))
        each: np.ndarray = one_a_channel * average.repeat(len(one_a_channel) // len(average))
        return each
    errors = rounding.sum((1, 2)) if kind == "CONV_2D" else rounding
    outputs, seen = errors.shape
    groups = len(average) // seen  # in a grouped convolution an output sees some of the channels
    summed: np.ndarray = (errors * average.reshape(groups, seen).repeat(outputs // groups, axis=0)).sum(1)
    return summed


@functools.lru_cache(maxsize=1)
def _averaged(folder: Path) -> tuple[list[Layer], list[np.ndarray]]:
    """The layers of the float32 file, and the average value of every channel that they read in calibration images."""
    from ai_edge_litert.interpreter import Interpreter

    exported = open_exported(folder)
    content = float_file(folder)
    layers = list(_layers(content))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*experimental_preserve_all_tensors")  # costs memory: of one image, here
        interpreter = Interpreter(model_content=content, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    averages: list[Any] = [0.0] * len(layers)
    for image in exported.calibration_inputs():
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
        interpreter.invoke()
        for place, layer in enumerate(layers):
            values = interpreter.get_tensor(layer.source)
            averages[place] += values.mean(tuple(range(values.ndim - 1))) / len(exported.calibration())
    return layers, averages


def _layers(content: bytes | bytearray) -> Iterator[Layer]:
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    model = schema.Model.GetRootAs(content)
    graph = model.Subgraphs(0)
    for operator in map(graph.Operators, range(graph.OperatorsLength())):
        kind = names[model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()]
        if kind in LAYERS:
            source, weights, *bias = operator.InputsAsNumpy().tolist()
            stored, scale = _stored(model, graph.Tensors(weights))
            if bias and bias[0] >= 0:
                tensor = graph.Tensors(bias[0])
                yield Layer(kind, source, stored * scale, *_stored(model, tensor), tensor.Buffer())
            else:
                yield Layer(kind, source, stored * scale, None, np.ones(1), 0)


def _stored(model: Any, tensor: Any) -> tuple[np.ndarray, np.ndarray]:
    """The values of a constant in the file's own memory, and what one step of them is worth."""
    from ai_edge_litert import schema_py_generated as schema

    kinds = schema.TensorType
    types = {kinds.FLOAT32: np.float32, kinds.INT8: np.int8, kinds.INT32: np.int32, kinds.INT64: np.int64}
    values = model.Buffers(tensor.Buffer()).DataAsNumpy().view(types[tensor.Type()]).reshape(tensor.ShapeAsNumpy())
    quantization = tensor.Quantization()
    if quantization is None or not quantization.ScaleLength():
        return values, np.ones(1, np.float32)
    sides = [1] * values.ndim
    sides[quantization.QuantizedDimension()] = -1
    return values, quantization.ScaleAsNumpy().reshape(sides)
