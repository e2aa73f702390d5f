"""Write a tiny TFLite file with the schema that comes with LiteRT: a strided convolution, and a 1 x 1 one an output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.records.artifact import Quantization


@dataclass(frozen=True)
class Storage:
    """How a tensor's values are stored."""

    dtype: str
    quantization: Quantization | None = None


def storage(lowest: float, highest: float, dtype: str) -> Storage:
    """Integers that cover a range of values."""
    limits = np.iinfo(dtype)
    scale = np.float32((float(highest) - float(lowest)) / (limits.max - limits.min))
    return Storage(dtype, Quantization(float(scale), int(limits.min - round(float(lowest) / float(scale)))))


def save(
    path: Path,
    shape: tuple[int, ...],
    stem: np.ndarray,
    stem_bias: np.ndarray,
    heads: dict[str, tuple[np.ndarray, np.ndarray]],
    storages: dict[str, Storage],
) -> None:
    """Write the network; `storages` says how "input", "stem" and every output are stored."""
    file = _File()
    grid = (shape[1] // 2, shape[2] // 2)
    pixels = file.tensor("pixels", shape, storages["input"])
    features = file.tensor("features", (1, *grid, stem.shape[3]), storages["stem"])
    file.convolution(pixels, features, stem.transpose(3, 0, 1, 2), stem_bias, stride=2, relu=True)
    outputs = {}
    for number, (name, (weights, bias)) in enumerate(heads.items()):
        # Named as converters name them, so that only the signature tells which is which.
        outputs[name] = file.tensor(f"Identity_{number}", (1, *grid, len(bias)), storages[name])
        file.convolution(features, outputs[name], weights.T[:, None, None, :], bias, stride=1, relu=False)
    path.write_bytes(file.packed({"input": pixels}, outputs))


def save_quantizer(path: Path, shape: tuple[int, ...], stored: Storage) -> None:
    """Write a file that does nothing but to quantize."""
    file = _File()
    values = file.tensor("values", shape, Storage("float32"))
    integers = file.tensor("integers", shape, stored)
    file.operator("QUANTIZE", [values], [integers])
    path.write_bytes(file.packed({"input": values}, {"output": integers}))


def one_operator(kind: str, version: int, *, inputs: Sequence[str] = ("float32",), custom: str = "") -> bytes:
    """A file of one operator without options: enough for a runtime to say whether it knows it."""
    file = _File()
    indices = [file.tensor(f"input_{place}", (1,), Storage(dtype)) for place, dtype in enumerate(inputs)]
    file.operator(kind, indices, [file.tensor("output", (1,), Storage("float32"))])
    file.codes[-1].version = version
    file.codes[-1].customCode = custom or None
    return file.packed({"input": 0}, {"output": len(indices)})


class _File:
    def __init__(self) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self.schema: Any = schema
        self.buffers: list[Any] = [schema.BufferT()]  # the first stays empty, for tensors without contents
        self.tensors: list[Any] = []
        self.storages: list[Storage] = []
        self.operators: list[Any] = []
        self.codes: list[Any] = []  # one an operator, though equal ones could share

    def tensor(self, name: str, shape: tuple[int, ...], storage: Storage, contents: np.ndarray | None = None) -> int:
        tensor = self.schema.TensorT()
        tensor.name, tensor.shape = name, np.array(shape, np.int32)
        tensor.type = getattr(self.schema.TensorType, storage.dtype.upper())
        if storage.quantization:
            self.scale(tensor, [storage.quantization.scale], [storage.quantization.zero_point])
        if contents is not None:
            tensor.buffer = len(self.buffers)
            buffer = self.schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(contents, storage.dtype).tobytes(), np.uint8)
            self.buffers.append(buffer)
        self.tensors.append(tensor)
        self.storages.append(storage)
        return len(self.tensors) - 1

    def scale(self, tensor: Any, scales: list[float], zero_points: list[int]) -> None:
        tensor.quantization = self.schema.QuantizationParametersT()
        tensor.quantization.scale = np.array(scales, np.float32)
        tensor.quantization.zeroPoint = np.array(zero_points, np.int64)

    def convolution(
        self, source: int, result: int, weights: np.ndarray, bias: np.ndarray, *, stride: int, relu: bool
    ) -> None:
        incoming = self.storages[source].quantization
        name = f"operator_{len(self.operators)}"
        if incoming is None:
            weights_index = self.tensor(f"{name}_weights", weights.shape, Storage("float32"), weights)
            bias_index = self.tensor(f"{name}_bias", bias.shape, Storage("float32"), bias)
        else:  # one scale a filter, symmetric; the bias at the scale of the products
            scales = np.abs(weights).max((1, 2, 3)) / 127
            stored = np.rint(weights / scales[:, None, None, None])
            weights_index = self.tensor(f"{name}_weights", weights.shape, Storage("int8"), stored)
            self.scale(self.tensors[weights_index], scales.tolist(), [0] * len(scales))
            products = scales * incoming.scale
            bias_index = self.tensor(f"{name}_bias", bias.shape, Storage("int32"), np.rint(bias / products))
            self.scale(self.tensors[bias_index], products.tolist(), [0] * len(products))
        options = self.schema.Conv2DOptionsT()
        options.padding = self.schema.Padding.VALID
        options.strideW = options.strideH = stride
        options.dilationWFactor = options.dilationHFactor = 1
        activation = self.schema.ActivationFunctionType
        options.fusedActivationFunction = activation.RELU if relu else activation.NONE
        self.operator("CONV_2D", [source, weights_index, bias_index], [result])
        self.operators[-1].builtinOptionsType = self.schema.BuiltinOptions.Conv2DOptions
        self.operators[-1].builtinOptions = options

    def operator(self, kind: str, inputs: list[int], outputs: list[int]) -> None:
        code = self.schema.OperatorCodeT()
        code.builtinCode = getattr(self.schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)  # a byte, of when there were fewer operators
        code.version = 3  # of the convolution the first with int8, of the others one that has it
        operator = self.schema.OperatorT()
        operator.opcodeIndex = len(self.codes)
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
        self.codes.append(code)
        self.operators.append(operator)

    def packed(self, inputs: dict[str, int], outputs: dict[str, int]) -> bytes:
        graph = self.schema.SubGraphT()
        graph.name = "main"
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs = np.array(list(inputs.values()), np.int32)
        # The graph's order is not the signature's: nothing may be read by position.
        graph.outputs = np.array(list(reversed(outputs.values())), np.int32)
        signature = self.schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = "serving_default", 0
        signature.inputs, signature.outputs = self._named(inputs), self._named(outputs)
        model = self.schema.ModelT()
        model.version, model.description = 3, "tiny"
        model.subgraphs, model.buffers, model.signatureDefs = [graph], self.buffers, [signature]
        model.operatorCodes = self.codes
        builder = self.schema.flatbuffers.Builder(4096)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _named(self, tensors: dict[str, int]) -> list[Any]:
        named = []
        for name, index in tensors.items():
            entry = self.schema.TensorMapT()
            entry.name, entry.tensorIndex = name, index
            named.append(entry)
        return named
