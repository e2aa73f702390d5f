"""Read the operators of an ONNX file, in its order."""

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.inspection import operators
from edgecv.inspection.assembly import Assembly
from edgecv.inspection.graph import EVERYTHING, POINT, Graph, Reach, Tensor, Weight, Window
from edgecv.inspection.layouts import CHANNELS_FIRST, Layouts

CONVOLUTIONS, DENSE = ("Conv", "ConvTranspose"), ("Gemm", "MatMul")
POOLS = ("MaxPool", "AveragePool")
RESIZES = ("Resize", "Upsample", "SpaceToDepth", "DepthToSpace")
IN_QUANTIZING = ("QuantizeLinear", "DequantizeLinear")  # which say that a runtime computes in integers
VALUE_BYTES = {"int8": 1, "int16x8": 2}  # of an activation in artifacts of integers, whatever the file says


def read(path: Path, precision: str) -> Graph:
    """The operators of the file's graph."""
    import onnx

    try:
        model = onnx.shape_inference.infer_shapes(onnx.load(path))
    except Exception as error:  # protobuf and onnx raise their own, which share no class
        raise InputError(f"{path}: cannot be read as ONNX: {error}") from error
    return _Reading(onnx, model.graph, VALUE_BYTES.get(precision)).graph()


class _Reading:
    def __init__(self, onnx: Any, source: Any, value_bytes: int | None) -> None:
        self.onnx, self.source, self.value_bytes = onnx, source, value_bytes
        self.values = {each.name: each.type.tensor_type for each in (*source.value_info, *source.input, *source.output)}
        self.found, self.layouts = Assembly(), Layouts()

    def graph(self) -> Graph:
        for weight in self.source.initializer:
            dtype = np.dtype(self.onnx.helper.tensor_dtype_to_np_dtype(weight.data_type))
            self.found.constants[weight.name] = Weight(weight.name, tuple(weight.dims), dtype.name, dtype.itemsize)
        for each in self.source.input:
            if each.name not in self.found.constants:
                letters = self.layouts.of_input(self._shape(each.name))
                self.found.add_input(each.name, self._tensor(each.name, letters))
        for node in self.source.node:
            self._add(node)
        return self.found.graph([each.name for each in self.source.output])

    def _add(self, node: Any) -> None:
        given = {each.name: self.onnx.helper.get_attribute_value(each) for each in node.attribute}
        inputs, kind = [each for each in node.input if each], node.op_type
        if kind == "Constant":
            values = self.onnx.numpy_helper.to_array(given["value"])
            self.found.constants[node.output[0]] = Weight(node.output[0], values.shape, values.dtype.name, 4)
            return
        if self.found.is_constant(kind, inputs):
            self.found.add_constant(inputs, node.output)
            return
        if kind in IN_QUANTIZING:
            self.found.add_alias(inputs[0], node.output[0])
            self.layouts.same(inputs[0], node.output[0])
            return
        letters = self.layouts.after(inputs, self._shape(node.output[0]), given.get("perm"))
        if kind in (*CONVOLUTIONS, *POOLS) and len(self._shape(node.output[0])) == 4:
            letters = CHANNELS_FIRST  # whatever a reshape before has made of the sides: these take nothing else
        outputs: dict[Hashable, Tensor] = {name: self._tensor(name, letters) for name in node.output if name}
        source = next((self.found.tensors[key] for key in inputs if key in self.found.tensors), None)
        made = next(iter(outputs.values()))
        kernel = self._kernel(inputs)
        self.found.add(
            node.name or node.output[0],
            kind,
            inputs,
            outputs,
            macs=_macs(kind, kernel, source, made),
            reach=_reach(kind, given, kernel, source, made),
            in_place=operators.fuses(kind, [key for key in inputs if key in self.found.tensors]),
        )

    def _kernel(self, inputs: Sequence[str]) -> tuple[int, ...]:
        """The shape of the weights: of the constant with the most values."""
        constants = [self.found.constants[key] for key in inputs if key in self.found.constants]
        return max((each.shape for each in constants), key=prod, default=())

    def _shape(self, name: str) -> tuple[int, ...]:
        kind = self.values.get(name)
        if kind is None or not kind.HasField("shape"):
            raise InputError(f"'{name}' has no shape that can be inferred; convert the network for one size of image")
        return tuple(side.dim_value or 1 for side in kind.shape.dim)

    def _tensor(self, name: str, letters: str) -> Tensor:
        dtype = np.dtype(self.onnx.helper.tensor_dtype_to_np_dtype(self.values[name].elem_type))
        return self.layouts.tensor(name, self._shape(name), letters, self.value_bytes or dtype.itemsize)


def _macs(kind: str, kernel: Sequence[int], given: Tensor | None, made: Tensor) -> int | None:
    """Every product with a weight once."""
    if kind == "Conv" and kernel:  # its first side are the channels that come out, or for the other one go in
        return prod(made.shape) * prod(kernel[1:])
    if kind == "ConvTranspose" and kernel and given:
        return prod(given.shape) * prod(kernel[1:])
    if kind in DENSE and len(kernel) == 2 and given:
        return prod(made.shape) * given.shape[-1]
    return 0 if operators.costs_nothing(kind) or kind in (*POOLS, *RESIZES) else None


def _reach(kind: str, options: Mapping[str, Any], kernel: Sequence[int], given: Tensor | None, made: Tensor) -> Reach:
    if kind in ("GlobalAveragePool", "GlobalMaxPool"):
        return EVERYTHING
    if kind in (*CONVOLUTIONS, *POOLS):
        sides = options.get("kernel_shape") or kernel[2:]
        steps, spread = options.get("strides", [1, 1]), options.get("dilations", [1, 1])
        if len(sides) != 2:
            return operators.reach_of(kind, given, made)
        if kind == "ConvTranspose":
            return Window(
                (-(-sides[0] // steps[0]), -(-sides[1] // steps[1])), (Fraction(1, steps[0]), Fraction(1, steps[1]))
            )
        size = ((sides[0] - 1) * spread[0] + 1, (sides[1] - 1) * spread[1] + 1)
        return Window(size, (steps[0], steps[1]))
    if kind in RESIZES and given:
        near = options.get("blocksize", 1) if kind == "SpaceToDepth" else 2 if options.get("mode") == b"linear" else 1
        (high, wide), (new_high, new_wide) = given.volume[-3:-1], made.volume[-3:-1]
        return Window((near, near), (Fraction(high, new_high), Fraction(wide, new_wide)))
    return POINT if kind in DENSE else operators.reach_of(kind, given, made)
