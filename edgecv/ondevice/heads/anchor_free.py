"""A box in every cell of a grid: one logit a class, and the distances from the cell's centre to the four sides.

Both outputs are raw. With one stride they are called `cls` and `box`, with several `cls_8`, `box_8`, `cls_16`...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Literal, Mapping, Tuple

import numpy as np

from edgecv.ondevice.heads.candidates import MOST_CANDIDATES, Candidates
from edgecv.ondevice.heads.grids import cells, check_strides, corners, endings, grid_of
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
    check_strides(strides)
    cls = Output((1, None, None, classes), "one logit a class in every cell")
    box = Output((1, None, None, 4), "left, top, right, bottom: logarithms of distances in strides")
    return {name + level: output for level in endings(strides) for name, output in (("cls", cls), ("box", box))}


def decode(outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Tuple[int, int]) -> Candidates:
    strides = tuple(postprocess["strides"])
    names = endings(strides)
    grids = [grid_of(size, stride) for stride in strides]
    logits = np.concatenate([cells(outputs, f"cls{name}", grid) for name, grid in zip(names, grids)])
    raw = np.concatenate([cells(outputs, f"box{name}", grid) for name, grid in zip(names, grids)])
    found, indices, best = _strongest(logits, logit(postprocess["score_threshold"]))
    centres = np.concatenate([(corners(grid) + 0.5) * np.float32(stride) for grid, stride in zip(grids, strides)])
    cell_strides = np.repeat(strides, [rows * columns for rows, columns in grids])[found]
    distances = np.exp(np.clip(raw[found], *DISTANCE_RANGE)) * cell_strides[:, np.newaxis].astype(np.float32)
    boxes = np.concatenate([centres[found] - distances[:, :2], centres[found] + distances[:, 2:]], axis=1)
    return Candidates(boxes, sigmoid(best), indices)


def _strongest(logits: np.ndarray, threshold: float) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells, label indices and logits above the threshold, best first. A cell can stand for several classes."""
    flat = logits.reshape(-1)
    passed = np.flatnonzero(flat > threshold)  # before any exponential: nearly all cells are background
    passed = passed[strongest(flat[passed], MOST_CANDIDATES)]
    found, indices = np.divmod(passed, logits.shape[1])
    return found, indices, flat[passed]
