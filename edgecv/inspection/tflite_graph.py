"""Read the operators of a TFLite file, in the order in which its interpreter runs them."""

import struct
from collections.abc import Hashable, Sequence
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.inspection import operators
from edgecv.inspection.assembly import Assembly
from edgecv.inspection.graph import POINT, Graph, Reach, Tensor, Weight, Window

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
POOLS = ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D")
RESIZES = {"RESIZE_BILINEAR": 2, "RESIZE_NEAREST_NEIGHBOR": 1}  # neighbours that a value is made of, each way
BLOCKS = ("SPACE_TO_DEPTH", "DEPTH_TO_SPACE")
IN_PLACE = ("ADD", "SUB", "MUL", "RESHAPE", "EXPAND_DIMS", "SQUEEZE")  # as its interpreter does
WITH_WEIGHTS = (*CONVOLUTIONS, "TRANSPOSE_CONV", "FULLY_CONNECTED")


def read(path: Path, _precision: str) -> Graph:
    """The operators of the file's main graph; its tensors say themselves what type they have."""
    from ai_edge_litert import schema_py_generated as schema

    content = path.read_bytes()
    try:
        model = schema.ModelT.InitFromPackedBuf(content, 0) if content[4:8] == b"TFL3" else None
    except (struct.error, ValueError, IndexError, TypeError) as error:
        raise InputError(f"{path}: cannot be read as TFLite: {error}") from error
    if model is None:
        raise InputError(f"{path}: not a TFLite file")
    return _Reading(schema, model).graph()


class _Reading:
    def __init__(self, schema: Any, model: Any) -> None:
        self.model, self.main = model, model.subgraphs[0]
        self.kinds = {value: name for name, value in vars(schema.BuiltinOperator).items()}
        self.types = {value: name for name, value in vars(schema.TensorType).items() if isinstance(value, int)}
        self.found = Assembly()

    def graph(self) -> Graph:
        for index, tensor in enumerate(self.main.tensors):
            weight = self._constant(tensor)
            if weight:
                self.found.constants[index] = weight
        for index in self.main.inputs:
            self.found.add_input(index, self._tensor(index))
        for operator in self.main.operators:
            self._add(operator)
        return self.found.graph([int(index) for index in self.main.outputs], keeps_inputs=True)

    def _add(self, operator: Any) -> None:
        code = self.model.operatorCodes[operator.opcodeIndex]
        kind = self.kinds[max(code.builtinCode, code.deprecatedBuiltinCode)]  # older files have the older field
        inputs = [int(index) for index in operator.inputs if index >= 0]
        outputs: dict[Hashable, Tensor] = {int(index): self._tensor(index) for index in operator.outputs}
        if self.found.is_constant(kind, inputs):
            self.found.add_constant(inputs, list(outputs))
            return
        made = next(iter(outputs.values()))
        given = next((self.found.tensors[key] for key in inputs if key in self.found.tensors), None)
        name = self.main.tensors[operator.outputs[0]].name.decode().partition(";")[0]
        self.found.add(
            name,
            kind if kind != "CUSTOM" else f"CUSTOM {(code.customCode or b'').decode()}",
            inputs,
            outputs,
            macs=self._macs(kind, inputs, given, made),
            reach=_reach(kind, operator.builtinOptions, self._kernel(inputs), given, made),
            in_place=kind in IN_PLACE,
        )

    def _macs(self, kind: str, inputs: Sequence[int], given: Tensor | None, made: Tensor) -> int | None:
        """Every product with a weight once."""
        kernel = self._kernel(inputs)
        if kind in WITH_WEIGHTS and kernel and given:
            if kind == "TRANSPOSE_CONV":
                return prod(given.shape[:-1]) * prod(kernel)
            channels = kernel[-1] if kind == "DEPTHWISE_CONV_2D" else kernel[0]
            return prod(made.shape) // channels * prod(kernel)
        free = operators.costs_nothing(kind) or kind in (*POOLS, *RESIZES, *BLOCKS)
        return 0 if free else None

    def _kernel(self, inputs: Sequence[int]) -> tuple[int, ...] | None:
        """The shape of the weights: the second input wherever there are any."""
        weight = self.found.constants.get(inputs[1]) if len(inputs) > 1 else None
        return weight.shape if weight else None

    def _tensor(self, index: int) -> Tensor:
        tensor = self.main.tensors[index]
        shape = tuple(int(side) for side in (tensor.shape if tensor.shape is not None else ()))
        return Tensor(shape[1:] if len(shape) > 1 else shape, int(np.ceil(self._value_bytes(tensor))))

    def _constant(self, tensor: Any) -> Weight | None:
        data = self.model.buffers[tensor.buffer].data if tensor.buffer else None
        if data is None or not len(data):
            return None
        shape = tuple(int(side) for side in (tensor.shape if tensor.shape is not None else ()))
        return Weight(tensor.buffer, shape, self.types[tensor.type].lower(), self._value_bytes(tensor))

    def _value_bytes(self, tensor: Any) -> float:
        name = self.types[tensor.type].lower()
        return 0.5 if name in ("int4", "uint4") else np.dtype(name if name != "string" else "int8").itemsize


def _reach(kind: str, options: Any, kernel: Sequence[int] | None, given: Tensor | None, made: Tensor) -> Reach:
    if kind in CONVOLUTIONS and kernel:
        size = ((kernel[1] - 1) * options.dilationHFactor + 1, (kernel[2] - 1) * options.dilationWFactor + 1)
        return Window(size, (options.strideH, options.strideW))
    if kind in POOLS:
        return Window((options.filterHeight, options.filterWidth), (options.strideH, options.strideW))
    if kind == "TRANSPOSE_CONV" and kernel:
        size = (-(-kernel[1] // options.strideH), -(-kernel[2] // options.strideW))
        return Window(size, (Fraction(1, options.strideH), Fraction(1, options.strideW)))
    if kind in (*RESIZES, *BLOCKS) and given:
        (high, wide), (new_high, new_wide) = given.volume[-3:-1], made.volume[-3:-1]
        step = (Fraction(high, new_high), Fraction(wide, new_wide))
        near = RESIZES.get(kind, options.blockSize if kind == "SPACE_TO_DEPTH" else 1)
        return Window((near, near), step)
    if kind == "FULLY_CONNECTED":
        return POINT
    return operators.reach_of(kind, given, made)
