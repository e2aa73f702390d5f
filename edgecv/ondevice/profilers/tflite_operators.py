"""The operators of a TFLite file as its interpreter lists them, and which of them a delegate took over."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

DELEGATE = "DELEGATE"
WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")


class Operator(NamedTuple):
    kind: str
    inputs: Tuple[int, ...]
    outputs: Tuple[int, ...]
    precision: str | None
    network: Tuple[str, ...]


def read_operators(interpreter: Any) -> Tuple[List[Operator], List[List[int]]]:
    """The operators of the file, and those in each part of it that a delegate took over."""
    if not hasattr(interpreter, "_get_ops_details"):
        return [], []
    names = {each["index"]: each["name"] for each in interpreter.get_tensor_details()}
    every = [_operator(each, names) for each in interpreter._get_ops_details()]
    file = [each for each in every if each.kind != DELEGATE]
    return file, [_inside(each, file) for each in every if each.kind == DELEGATE]


def _operator(facts: Dict[str, Any], names: Dict[int, str]) -> Operator:
    outputs = tuple(int(each) for each in facts["outputs"])
    kinds = [np.dtype(each).name for each in (*facts["operand_types"], *facts["result_types"][:1])]
    network = layers_in(names.get(outputs[0], "")) if outputs else ()
    kind, inputs = facts["op_name"], tuple(map(int, facts["inputs"]))
    return Operator(kind, inputs, outputs, _precision(kind, kinds), network)


def layers_in(tensor: str) -> Tuple[str, ...]:
    """The layers in a tensor's name, first things first: `net/act/Relu;net/conv/BiasAdd` is a `conv` with an `act`."""
    steps = [step.split("/") for step in reversed(tensor.split(";")) if step]
    return tuple(dict.fromkeys(step[-2] if len(step) > 1 else step[0] for step in steps))


def _precision(kind: str, types: Sequence[str]) -> str | None:
    """Floats at either end make an operator one of floats; but weights of int8 are multiplied as integers even then."""
    if kind in WITH_WEIGHTS and len(types) > 2 and types[1] == "int8":
        return types[0] if types[0] != "float32" else "int8"
    floats = [each for each in types if each.startswith("float")]
    return next(iter(floats or types), None)


def _inside(delegate: Operator, file: Sequence[Operator]) -> List[int]:
    """The operators between what goes into a delegate's part and what comes out of it."""
    makers = {tensor: place for place, each in enumerate(file) for tensor in each.outputs}
    found, open_ends = set(), list(delegate.outputs)
    while open_ends:
        tensor = open_ends.pop()
        place = makers.get(tensor)
        if tensor not in delegate.inputs and place is not None and place not in found:
            found.add(place)
            open_ends += file[place].inputs
    return sorted(found)
