"""The grid of the first YOLO: S x S cells of B boxes and C class probabilities, all in one output, S x S x (B*5 + C).

A cell says of each of its boxes: x and y of the centre from the cell's corner, in cells; the square roots of width and
height as shares of the picture; and the confidence that an object is there. The probabilities of the classes follow,
once a cell. Nothing is squashed: the network learns these very numbers, which are all between 0 and 1. That is why they
may share one tensor, and one scale of int8, where logits and distances may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Literal, Mapping, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES, Candidates
from edgecv.ondevice.heads.grids import Size, around, cells, corners, grid_of
from edgecv.ondevice.nms import strongest
from edgecv.ondevice.outputs import Output


@dataclass(frozen=True)
class Settings:
    head: Literal["yolov1"]
    stride: int
    boxes_per_cell: int
    score_threshold: float = 0.25
    nms_iou: float = 0.6
    max_detections: int = 300


def outputs(postprocess: Mapping[str, Any], classes: int) -> Dict[str, Output]:
    for name in ("stride", "boxes_per_cell"):
        if postprocess[name] < 1:
            raise InputError(f"{name}: expected a number above 0, got '{postprocess[name]}'")
    count = postprocess["boxes_per_cell"]
    return {"grid": Output((1, None, None, count * 5 + classes), "x, y, roots of w, h, confidence a box; classes")}


def decode(outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Size) -> Candidates:
    stride, count = postprocess["stride"], postprocess["boxes_per_cell"]
    grid = grid_of(size, stride)
    table = cells(outputs, "grid", grid)
    numbers, classes = table[:, : count * 5].reshape(-1, 5), table[:, count * 5 :]
    slots, indices, scores = _strongest(numbers[:, 4], classes, postprocess["score_threshold"])
    cell = slots // count
    centres = (corners(grid)[cell] + numbers[slots, :2]) * np.float32(stride)
    sides = np.clip(numbers[slots, 2:4], 0, 1) ** 2 * np.array(size[::-1], np.float32)
    return Candidates(around(centres, sides), scores, indices)


def _strongest(
    confidence: np.ndarray, classes: np.ndarray, threshold: float
) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes, label indices and scores above the threshold, best first; a score is confidence times probability."""
    count = len(confidence) // len(classes)
    scores = np.clip(confidence.reshape(-1, count, 1), 0, 1) * np.clip(classes[:, np.newaxis], 0, 1)
    flat = scores.reshape(-1)
    passed = np.flatnonzero(flat > threshold)
    passed = passed[strongest(flat[passed], MOST_CANDIDATES)]
    slots, indices = np.divmod(passed, classes.shape[1])
    return slots, indices, flat[passed]
