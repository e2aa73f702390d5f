"""Boxes in the shape of anchors: each cell of each level has a few, and says how sure it is that one holds an object.

A cell says for each of its anchors where the centre of the box is, how the sides compare with the anchor's, how likely
an object is there at all (objectness), and of which class. All outputs are raw and each kind is a tensor of its own,
`box_8`, `obj_8`, `cls_8`, `box_16`...: in a shared tensor, int8 would spend its levels on the kind of the widest range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Literal, Mapping, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES, Candidates
from edgecv.ondevice.heads.grids import Size, around, cells, check_strides, corners, endings, grid_of
from edgecv.ondevice.heads.scores import logit, sigmoid
from edgecv.ondevice.nms import strongest
from edgecv.ondevice.outputs import Output

BEYOND = 0.5  # cells that a centre may lie beyond its own: so the nearest neighbours of a cell can hold its object too
SIDE_RANGE = (-4.0, 4.0)  # of the raw sides: from a 55th of the anchor's to 55 times them


@dataclass(frozen=True)
class Level:
    stride: int
    anchors: Tuple[Tuple[float, float], ...]  # width and height of each, in pixels of the network's input


@dataclass(frozen=True)
class Settings:
    head: Literal["yolo"]
    levels: Tuple[Level, ...]
    score_threshold: float = 0.25
    nms_iou: float = 0.6
    max_detections: int = 300


def outputs(postprocess: Mapping[str, Any], classes: int) -> Dict[str, Output]:
    levels = postprocess["levels"]
    check_strides([level["stride"] for level in levels], "levels: stride")
    found = {}
    for ending, level in zip(_endings(postprocess), levels):
        anchors = level["anchors"]
        if not anchors or not all(side > 0 for anchor in anchors for side in anchor):
            raise InputError(f"levels: anchors: expected widths and heights above 0, got '{anchors}'")
        for kind, count, meaning in (
            ("box", 4, "centre x, y and logarithms of width, height against the anchor"),
            ("obj", 1, "one logit, of an object of any class"),
            ("cls", classes, "one logit a class"),
        ):
            found[kind + ending] = Output((1, None, None, len(anchors) * count), f"for each anchor: {meaning}")
    return found


def decode(outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Size) -> Candidates:
    threshold = postprocess["score_threshold"]
    parts = [
        _decode_level(outputs, ending, level, size, threshold)
        for ending, level in zip(_endings(postprocess), postprocess["levels"])
    ]
    boxes, scores, indices = (np.concatenate(part) for part in zip(*parts))
    best = strongest(scores, MOST_CANDIDATES)
    return Candidates(boxes[best], scores[best], indices[best])


def _endings(postprocess: Mapping[str, Any]) -> Any:
    return endings([level["stride"] for level in postprocess["levels"]])


def _decode_level(
    outputs: Mapping[str, np.ndarray], ending: str, level: Mapping[str, Any], size: Size, threshold: float
) -> Candidates:
    grid, anchors = grid_of(size, level["stride"]), np.array(level["anchors"], np.float32)
    slots, indices, scores = _strongest(  # a slot is one anchor of one cell
        cells(outputs, f"obj{ending}", grid).reshape(-1),
        cells(outputs, f"cls{ending}", grid).reshape(grid[0] * grid[1] * len(anchors), -1),
        threshold,
    )
    raw = cells(outputs, f"box{ending}", grid).reshape(-1, 4)[slots]
    cell, anchor = np.divmod(slots, len(anchors))
    centres = corners(grid)[cell] + (1 + 2 * BEYOND) * sigmoid(raw[:, :2]) - BEYOND
    sides = anchors[anchor] * np.exp(np.clip(raw[:, 2:], *SIDE_RANGE))
    return Candidates(around(centres * np.float32(level["stride"]), sides), scores, indices)


def _strongest(chance: np.ndarray, classes: np.ndarray, threshold: float) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slots, label indices and scores above the threshold. A score is objectness times class, so below either."""
    enough = logit(threshold)
    likely = np.flatnonzero(chance > enough)  # before any exponential: nearly all slots are background
    rows, indices = np.nonzero(classes[likely] > enough)
    slots = likely[rows]
    scores = sigmoid(chance[slots]) * sigmoid(classes[slots, indices])
    passed = np.flatnonzero(scores > threshold)
    passed = passed[strongest(scores[passed], MOST_CANDIDATES)]
    return slots[passed], indices[passed], scores[passed]
