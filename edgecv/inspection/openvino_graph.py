"""Read the operations of an OpenVINO file, in the order in which its runtime sorts them."""

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.inspection import operators
from edgecv.inspection.assembly import Assembly
from edgecv.inspection.graph import EVERYTHING, POINT, Graph, Reach, Tensor, Weight, Window
from edgecv.inspection.layouts import CHANNELS_FIRST, Layouts
from edgecv.ondevice.engines.openvino import import_openvino

CONVOLUTIONS = ("Convolution", "GroupConvolution")
TRANSPOSED = ("ConvolutionBackpropData", "GroupConvolutionBackpropData")
POOLS = ("MaxPool", "AvgPool")
RESIZES = ("Interpolate", "SpaceToDepth", "DepthToSpace")
VALUE_BYTES = {"int8": 1}  # of an activation, whatever the file says: its ranges are notes to the runtime
NUMPY = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "f64": "float64", "boolean": "bool"}


def read(path: Path, precision: str) -> Graph:
    """The operations of the file."""
    try:
        model = import_openvino().Core().read_model(path)
    except RuntimeError as error:
        raise InputError(
            f"{path}: cannot be read as OpenVINO IR, which is an .xml file with a .bin beside it"
        ) from error
    return _Reading(model, VALUE_BYTES.get(precision)).graph()


class _Reading:
    def __init__(self, model: Any, value_bytes: int | None) -> None:
        self.model, self.value_bytes = model, value_bytes
        self.found, self.layouts = Assembly(), Layouts()

    def graph(self) -> Graph:
        ends = []
        for each in self.model.get_ordered_ops():
            kind = each.get_type_name()
            if kind == "Result":
                ends.append(_key(each.input(0).get_source_output()))
            elif kind == "Constant":
                self._add_constant(each)
            elif kind == "Parameter":
                letters = self.layouts.of_input(tuple(each.get_output_shape(0)))
                self.found.add_input(_key(each.output(0)), self._tensor(each.output(0), letters))
            else:
                self._add(each, kind)
        return self.found.graph(ends)

    def _add_constant(self, each: Any) -> None:
        kind = each.get_output_element_type(0)
        name = kind.get_type_name()
        dtype = NUMPY.get(name, name.replace("u", "uint") if name[0] == "u" else name.replace("i", "int"))
        shape = tuple(each.get_output_shape(0))
        self.found.constants[_key(each.output(0))] = Weight(each.get_friendly_name(), shape, dtype, kind.bitwidth / 8)

    def _add(self, each: Any, kind: str) -> None:
        inputs = [_key(port.get_source_output()) for port in each.inputs()]
        keys = [_key(port) for port in each.outputs()]
        if self.found.is_constant(kind, inputs):
            self.found.add_constant(inputs, keys)
            return
        if kind in ("FakeQuantize", "Convert"):
            self.found.add_alias(inputs[0], keys[0])
            self.layouts.same(inputs[0], keys[0])
            return
        turned = _constant_values(each, 1) if kind == "Transpose" else None
        letters = self.layouts.after(inputs, tuple(each.get_output_shape(0)), turned)
        if kind in (*CONVOLUTIONS, *TRANSPOSED, *POOLS) and len(each.get_output_shape(0)) == 4:
            letters = CHANNELS_FIRST  # whatever a reshape before has made of the sides: these take nothing else
        outputs: dict[Hashable, Tensor] = {
            key: self._tensor(port, letters) for key, port in zip(keys, each.outputs(), strict=True)
        }
        given = next((self.found.tensors[key] for key in inputs if key in self.found.tensors), None)
        made = next(iter(outputs.values()))
        kernel = tuple(each.get_input_shape(1)) if len(inputs) > 1 and inputs[1] in self.found.constants else ()
        self.found.add(
            each.get_friendly_name(),
            kind,
            inputs,
            outputs,
            macs=_macs(kind, kernel, given, made),
            reach=_reach(kind, each.get_attributes(), kernel, given, made),
            in_place=operators.fuses(kind, [key for key in inputs if key in self.found.tensors]),
        )

    def _tensor(self, port: Any, letters: str) -> Tensor:
        value_bytes = self.value_bytes or max(1, port.get_element_type().size)
        return self.layouts.tensor(_key(port), tuple(port.get_shape()), letters, value_bytes)


def _key(port: Any) -> tuple[str, int]:
    return port.get_node().get_name(), port.get_index()


def _constant_values(each: Any, place: int) -> list[int]:
    values: list[int] = each.input_value(place).get_node().get_data().tolist()
    return values


def _macs(kind: str, kernel: Sequence[int], given: Tensor | None, made: Tensor) -> int | None:
    """Every product with a weight once."""
    of_a_group = kernel[1:] if kind.startswith("Group") else kernel
    if kind in CONVOLUTIONS and kernel:  # its first side are the channels that come out, or for the other one go in
        return prod(made.shape) * prod(of_a_group[1:])
    if kind in TRANSPOSED and kernel and given:
        return prod(given.shape) * prod(of_a_group[1:])
    if kind == "MatMul" and len(kernel) == 2 and given:
        return prod(made.shape) * given.shape[-1]
    return 0 if operators.costs_nothing(kind) or kind in (*POOLS, *RESIZES) else None


def _reach(kind: str, options: Mapping[str, Any], kernel: Sequence[int], given: Tensor | None, made: Tensor) -> Reach:
    if kind in (*CONVOLUTIONS, *TRANSPOSED, *POOLS):
        sides = list(options.get("kernel") or kernel[-2:])
        steps, spread = list(options["strides"]), list(options.get("dilations") or (1, 1))
        if len(steps) != 2:
            return operators.reach_of(kind, given, made)
        if kind in TRANSPOSED:
            size = (-(-sides[0] // steps[0]), -(-sides[1] // steps[1]))
            return Window(size, (Fraction(1, steps[0]), Fraction(1, steps[1])))
        size = ((sides[0] - 1) * spread[0] + 1, (sides[1] - 1) * spread[1] + 1)
        return Window(size, (steps[0], steps[1]))
    if kind in RESIZES and given:
        (high, wide), (new_high, new_wide) = given.volume[-3:-1], made.volume[-3:-1]
        near = options.get("block_size", 1) if kind == "SpaceToDepth" else 1 if options.get("mode") == "nearest" else 2
        return Window((near, near), (Fraction(high, new_high), Fraction(wide, new_wide)))
    if kind == "ReduceMean" and given and made.volume[-3:-1] == (1, 1) != given.volume[-3:-1]:
        return EVERYTHING
    return POINT if kind == "MatMul" else operators.reach_of(kind, given, made)
