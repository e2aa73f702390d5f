"""The values that a narrow weight can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

HIGHEST = float(np.finfo(np.float16).max)


class Grid(Protocol):
    def scales(self, weights: np.ndarray) -> np.ndarray:
        """What one step is worth, (..., 1, outputs) for weights of (..., inputs, outputs)."""

    def nearest(self, values: np.ndarray, scales: np.ndarray) -> np.ndarray:
        """The values that can be had, each nearest to one of these."""

    def fixed(self, weights: np.ndarray) -> np.ndarray:
        """Which weights have to stay what they are."""

    def bias(self, values: np.ndarray) -> np.ndarray:
        """The values that biases can have."""


@dataclass(frozen=True)
class Integers:
    """As many steps to either side of zero, for each output a scale of its own."""

    steps: int

    def scales(self, weights: np.ndarray) -> np.ndarray:
        largest = np.abs(weights).max(axis=-2, keepdims=True)
        return np.where(largest > 0, largest, 1.0) / self.steps

    def nearest(self, values: np.ndarray, scales: np.ndarray) -> np.ndarray:
        return np.clip(np.rint(values / scales), -self.steps, self.steps) * scales

    def fixed(self, weights: np.ndarray) -> np.ndarray:
        """The largest of each output: every converter takes the scale from it."""
        largest = np.abs(weights).max(axis=-2, keepdims=True)
        return (np.abs(weights) == largest) & (largest > 0)

    def bias(self, values: np.ndarray) -> np.ndarray:
        return values  # in 32 bits, which is as good as exact


@dataclass(frozen=True)
class Float16:
    """Steps that follow the size of each weight."""

    wide_biases: bool = False  # in float32, beside weights in float16

    def scales(self, weights: np.ndarray) -> np.ndarray:
        return np.ones_like(weights[..., :1, :])

    def nearest(self, values: np.ndarray, scales: np.ndarray) -> np.ndarray:  # noqa: ARG002 they have none
        return _as_float16(values)

    def fixed(self, weights: np.ndarray) -> np.ndarray:
        """Those that float16 has no number for, which whoever writes the file refuses."""
        return np.abs(weights) > HIGHEST

    def bias(self, values: np.ndarray) -> np.ndarray:
        return values if self.wide_biases else np.where(np.abs(values) > HIGHEST, values, _as_float16(values))


def _as_float16(values: np.ndarray) -> np.ndarray:
    return np.clip(values, -HIGHEST, HIGHEST).astype(np.float16).astype(np.float64)


class Grids(NamedTuple):
    """The grid of the layers that read the network's input, and the grid of all others."""

    first: Grid
    others: Grid


SEVEN_BITS, EIGHT_BITS = Integers(63), Integers(127)
GRIDS: Mapping[str, Grids] = {
    "float16": Grids(Float16(), Float16()),  # of files in which a layer has one type
    "float16_wide_biases": Grids(Float16(wide_biases=True), Float16(wide_biases=True)),
    "int8": Grids(EIGHT_BITS, EIGHT_BITS),
    # For processors that add products of 8 bits in 16: pixels fill their range, and two of them would overflow.
    "int8_first_7": Grids(SEVEN_BITS, EIGHT_BITS),
}
