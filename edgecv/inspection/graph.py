"""A network as a list of operations in the order in which they run, whatever it was read from."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

Sides = tuple[Fraction | int, Fraction | int]  # down and across


@dataclass(frozen=True, eq=False)
class Tensor:
    """What one operation gives and others read; known by its identity."""

    shape: tuple[int, ...]  # without the batch, channels last
    value_bytes: int

    @property
    def volume(self) -> tuple[int, ...]:
        """Height, width, channels: a vector has height and width 1, a list of them has height 1."""
        return (1,) * (3 - len(self.shape)) + self.shape

    @property
    def size_bytes(self) -> int:
        return prod(self.shape) * self.value_bytes


@dataclass(frozen=True)
class Weight:
    """An array that training found; equal keys are one array that several operations share."""

    key: Hashable
    shape: tuple[int, ...]
    dtype: str  # numpy's name
    value_bytes: float

    @property
    def count(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True)
class Window:
    """The part of its input that one output position looks at, and the step from one position to the next.

    A step below 1 makes a picture larger.
    """

    size: tuple[int, int] = (1, 1)
    step: Sides = (1, 1)


POINT = Window()
EVERYTHING = "everything"  # in the place of a window: every output position looks at the whole input
UNKNOWN = "unknown"
Reach = Window | str


@dataclass(frozen=True, eq=False)
class Operation:
    """One step of a network. `macs` is None where nobody has said how to count them."""

    name: str
    type: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: tuple[Weight, ...] = ()
    macs: int | None = 0
    reach: Reach = POINT
    in_place: bool = False  # its output can take the place of its input in memory


@dataclass(frozen=True)
class Graph:
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    operations: Sequence[Operation]
    keeps_inputs: bool = False  # in memory, to the end
