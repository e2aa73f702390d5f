"""Correct biases for the rounding of the weights beside them, in an ONNX network that is about to become int8.

Rounding moves a weight up or down as chance has it. But the values that weights are multiplied with are seldom zero on
average (behind a ReLU they never are), so a sum of products moves too, for all images alike. How far is known: the
rounding errors times the average values. The bias takes it back.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

CORRECTED = ("Conv", "Gemm")
STEPS = 127  # to either side of zero: weights are rounded symmetrically


def layers(graph: Any) -> list[Any]:
    """The nodes that have weights and a bias of their own."""
    constants = {weight.name for weight in graph.initializer}
    return [
        node
        for node in graph.node
        if node.op_type in CORRECTED and len(node.input) == 3 and constants.issuperset(node.input[1:])
    ]


def correct_biases(graph: Any, averages: Mapping[str, np.ndarray], *, per_channel: bool) -> None:
    """Change the graph; `averages` are those of every layer's input, one a channel."""
    from onnx.numpy_helper import from_array, to_array

    constants = {weight.name: weight for weight in graph.initializer}
    for node in layers(graph):
        weights, bias = (to_array(constants[name]) for name in node.input[1:])
        if _has_inputs_first(node):
            weights = weights.T
        moved = (_rounding(weights, per_channel=per_channel) * _met(weights, averages[node.input[0]])).sum(1)
        node.input[2] = f"{node.input[2]}_of_{node.name}"  # its own: two layers can share a bias
        graph.initializer.append(from_array((bias - moved).astype(np.float32), node.input[2]))
    used = {name for node in graph.node for name in node.input}
    kept = [weight for weight in graph.initializer if weight.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _has_inputs_first(node: Any) -> bool:
    return node.op_type == "Gemm" and not any(each.name == "transB" and each.i for each in node.attribute)


def _rounding(weights: np.ndarray, *, per_channel: bool) -> np.ndarray:
    """What rounding adds to the weights between every two channels: (outputs, inputs of a group)."""
    over = tuple(range(1, weights.ndim)) if per_channel else None
    scale = np.abs(weights).max(over, keepdims=True) / STEPS
    scale[scale == 0] = 1
    errors: np.ndarray = np.rint(weights / scale) * scale - weights
    return errors.sum(tuple(range(2, weights.ndim)))


def _met(weights: np.ndarray, average: np.ndarray) -> np.ndarray:
    """The average value that each of them meets: in a grouped convolution an output sees some of the channels."""
    outputs, seen = weights.shape[:2]
    groups = len(average) // seen
    return average.reshape(groups, seen).repeat(outputs // groups, axis=0)
