"""Levels of cells: how the outputs of a level are called, how many cells it has, and where they lie.

A head with one level calls its outputs `cls`, `box`; one with several `cls_8`, `box_8`, `cls_16`...
"""

from __future__ import annotations

import math
from typing import List, Mapping, Sequence, Tuple

import numpy as np

from edgecv.errors import InputError

Size = Tuple[int, int]


def check_strides(strides: Sequence[int], where: str = "strides") -> None:
    if not strides or min(strides) < 1 or len(set(strides)) < len(strides):
        raise InputError(f"{where}: expected different numbers above 0, got '{list(strides)}'")


def endings(strides: Sequence[int]) -> List[str]:
    """How the names of each stride's outputs end."""
    return [f"_{stride}" if len(strides) > 1 else "" for stride in strides]


def grid_of(size: Size, stride: int) -> Size:
    """Rows and columns of cells in a picture of (height, width)."""
    return math.ceil(size[0] / stride), math.ceil(size[1] / stride)


def cells(outputs: Mapping[str, np.ndarray], name: str, grid: Size) -> np.ndarray:
    """One output as (cells, channels)."""
    if name not in outputs:
        raise InputError(f"outputs: expected '{name}', got {', '.join(outputs)}; postprocess does not fit")
    shape = outputs[name].shape
    if shape[1:3] != grid:
        raise InputError(f"output '{name}': expected a grid of {grid}, got {shape[1:3]}; postprocess does not fit")
    return outputs[name].reshape(-1, shape[-1])


def corners(grid: Size) -> np.ndarray:
    """The upper left corner of each cell as x, y in cells, row by row."""
    rows, columns = grid
    return np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2).astype(np.float32)


def around(centres: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) as x0, y0, x1, y1 from centres and sides (n, 2)."""
    return np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)
