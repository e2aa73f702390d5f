"""A box in every cell of a grid: one logit a class, and the distances from the cell's centre to the four sides.

Both outputs are raw. With one stride they are called `cls` and `box`, with several `cls_8`, `box_8`, `cls_16`...
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Dict, List, Literal, Mapping, Sequence, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES, Candidates
from edgecv.ondevice.heads.scores import logit, sigmoid
from edgecv.ondevice.nms import strongest
from edgecv.ondevice.outputs import Output

DISTANCE_RANGE = (-4.0, 5.0)  # of the raw distances: from a fiftieth of a stride to 148 strides


@dataclass(frozen=True)
class Settings:
    head: Literal["anchor_free"]
    strides: Tuple[int, ...]
    score_threshold: float = 0.25
    nms_iou: float = 0.6
    max_detections: int = 300


def outputs(postprocess: Mapping[str, Any], classes: int) -> Dict[str, Output]:
    strides = postprocess["strides"]
    if not strides or min(strides) < 1 or len(set(strides)) < len(strides):
        raise InputError(f"strides: expected different numbers above 0, got '{list(strides)}'")
    cls = Output((1, None, None, classes), "one logit a class in every cell")
    box = Output((1, None, None, 4), "left, top, right, bottom: logarithms of distances in strides")
    return {name + level: output for level in _levels(strides) for name, output in (("cls", cls), ("box", box))}


def _levels(strides: Sequence[int]) -> List[str]:
    """How the names of each stride's outputs end."""
    return [f"_{stride}" if len(strides) > 1 else "" for stride in strides]


def decode(outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Tuple[int, int]) -> Candidates:
    strides = tuple(postprocess["strides"])
    names = _levels(strides)
    grids = [_grid(size, stride) for stride in strides]
    logits = np.concatenate([_cells(outputs, f"cls{name}", grid) for name, grid in zip(names, grids)])
    raw = np.concatenate([_cells(outputs, f"box{name}", grid) for name, grid in zip(names, grids)])
    cells, indices, best = _strongest(logits, logit(postprocess["score_threshold"]))
    centres = np.concatenate([_centres(grid, stride) for grid, stride in zip(grids, strides)])[cells]
    cell_strides = np.repeat(strides, [rows * columns for rows, columns in grids])[cells]
    distances = np.exp(np.clip(raw[cells], *DISTANCE_RANGE)) * cell_strides[:, np.newaxis].astype(np.float32)
    boxes = np.concatenate([centres - distances[:, :2], centres + distances[:, 2:]], axis=1)
    return Candidates(boxes, sigmoid(best), indices)


def _grid(size: Tuple[int, int], stride: int) -> Tuple[int, int]:
    return math.ceil(size[0] / stride), math.ceil(size[1] / stride)


def _cells(outputs: Mapping[str, np.ndarray], name: str, grid: Tuple[int, int]) -> np.ndarray:
    """One output as (cells, channels)."""
    if name not in outputs:
        raise InputError(f"outputs: expected '{name}', got {', '.join(outputs)}; postprocess.strides does not fit")
    shape = outputs[name].shape
    if shape[1:3] != grid:
        raise InputError(
            f"output '{name}': expected a grid of {grid}, got {shape[1:3]}; postprocess.strides does not fit"
        )
    return outputs[name].reshape(-1, shape[-1])


def _strongest(logits: np.ndarray, threshold: float) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells, label indices and logits above the threshold, best first. A cell can stand for several classes."""
    flat = logits.reshape(-1)
    passed = np.flatnonzero(flat > threshold)  # before any exponential: nearly all cells are background
    passed = passed[strongest(flat[passed], MOST_CANDIDATES)]
    cells, indices = np.divmod(passed, logits.shape[1])
    return cells, indices, flat[passed]


def _centres(grid: Tuple[int, int], stride: int) -> np.ndarray:
    """The centre of each cell as x, y in network pixels, row by row."""
    rows, columns = grid
    x = (np.arange(columns, dtype=np.float32) + 0.5) * stride
    y = (np.arange(rows, dtype=np.float32) + 0.5) * stride
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
