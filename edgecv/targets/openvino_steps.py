"""Weights of the first layer in seven bits: steps that NNCF counts in halves, made whole.

Against overflow on old processors NNCF gives the layers that read the pixels half of the 8-bit range. The largest
weight then lies at 63.5 steps, where there is no step, so that weights which were rounded to seven bits together would
be rounded once more. With 63 steps to the largest weight every one of them is met.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

STEPS = 63
CLOSE = 1e-5  # of the largest weight: what float32 adds when a scale is multiplied


def constants(network: Any) -> list[np.ndarray]:
    """The kernels of a network in float32."""
    found = [each for each in network.get_ordered_ops() if each.get_type_name() == "Constant"]
    return [
        np.array(each.data) for each in found if each.get_element_type().get_type_name() == "f32" and each.data.ndim > 1
    ]


def with_whole_steps(network: Any, kernels: list[np.ndarray]) -> Any:
    """Change a quantized network where that gives back the very kernels it was made of."""
    for integers, scales in _half_ranges(network):
        whole = np.clip(integers.data, -STEPS, STEPS)
        better = scales.data * (2 * STEPS + 1) / (2 * STEPS)
        weights = whole * better.astype(np.float32)
        if any(_equal(weights, kernel) for kernel in kernels):
            _replace(integers, whole.astype(np.int8))
            _replace(scales, better.astype(np.float32))
    return network


def _half_ranges(network: Any) -> Iterator[tuple[Any, Any]]:
    """The integers of each layer that uses half of the range, and their scales: integers -> floats -> times scales."""
    for operation in network.get_ordered_ops():
        if operation.get_type_name() != "Multiply":
            continue
        cast, scales = (operation.input_value(place).get_node() for place in (0, 1))
        if cast.get_type_name() != "Convert" or scales.get_type_name() != "Constant":
            continue
        integers = cast.input_value(0).get_node()
        if integers.get_type_name() == "Constant" and np.abs(integers.data.astype(np.int32)).max() <= STEPS + 1:
            yield integers, scales


def _equal(weights: np.ndarray, kernel: np.ndarray) -> bool:
    return weights.shape == kernel.shape and bool(np.abs(weights - kernel).max() <= CLOSE * np.abs(kernel).max())


def _replace(constant: Any, values: np.ndarray) -> None:
    from openvino import opset13

    new = opset13.constant(values)
    for reader in constant.output(0).get_target_inputs():
        reader.replace_source_output(new.output(0))
