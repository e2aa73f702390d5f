"""Prior boxes of several sizes and shapes in the cells of every level: which class each holds, and how it is moved.

The classes of a prior come with the background as the first, and compete by softmax. Outputs are raw and of two kinds,
`cls_16`, `box_16`, `cls_32`...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Literal, Mapping, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES, Candidates
from edgecv.ondevice.heads.grids import Size, around, cells, check_strides, corners, endings, grid_of
from edgecv.ondevice.heads.scores import logit, softmax
from edgecv.ondevice.nms import strongest
from edgecv.ondevice.outputs import Output

VARIANCES = (0.1, 0.2)  # of centres in sides of the prior, and of the logarithms of sides: a raw 1 stands for these
SIDE_RANGE = (-20.0, 20.0)  # of the raw sides: from a 55th of the prior's to 55 times them


@dataclass(frozen=True)
class Settings:
    head: Literal["ssd"]
    strides: Tuple[int, ...]
    sides: Tuple[float, ...]  # of the square priors, in pixels of the network's input: one a stride and one more
    aspect_ratios: Tuple[float, ...]  # of the priors besides the squares; each stands upright as well
    score_threshold: float = 0.25
    nms_iou: float = 0.45
    max_detections: int = 300


def outputs(postprocess: Mapping[str, Any], classes: int) -> Dict[str, Output]:
    strides, sides, ratios = (postprocess[name] for name in ("strides", "sides", "aspect_ratios"))
    check_strides(strides)
    if len(sides) != len(strides) + 1 or not all(side > 0 for side in sides):
        expected = f"{len(strides) + 1} numbers above 0, one a stride and one more"
        raise InputError(f"sides: expected {expected}, got '{list(sides)}'")
    if not all(ratio > 1 for ratio in ratios):
        raise InputError(f"aspect_ratios: expected numbers above 1, got '{list(ratios)}'")
    count = priors_per_cell(ratios)
    cls = Output((1, None, None, count * (1 + classes)), "for each prior: logits of the background and of each class")
    box = Output((1, None, None, count * 4), "for each prior: moves of the centre and logarithms of sides")
    return {name + level: output for level in endings(strides) for name, output in (("cls", cls), ("box", box))}


def priors_per_cell(aspect_ratios: Any) -> int:
    return 2 + 2 * len(aspect_ratios)


def priors(postprocess: Mapping[str, Any], size: Size) -> List[np.ndarray]:
    """The priors of each level as x, y of the centre, width and height (n, 4), in network pixels."""
    sides = postprocess["sides"]
    levels = []
    for position, stride in enumerate(postprocess["strides"]):
        grid = grid_of(size, stride)
        centres = (corners(grid) + 0.5) * np.float32(stride)
        shapes = _shapes(sides[position], sides[position + 1], postprocess["aspect_ratios"])
        levels.append(np.concatenate([np.repeat(centres, len(shapes), 0), np.tile(shapes, (len(centres), 1))], axis=1))
    return levels


def _shapes(side: float, next_side: float, aspect_ratios: Any) -> np.ndarray:
    """Width and height of a cell's priors: two squares, and each ratio lying and upright, all but one of one area."""
    roots = np.sqrt(np.array(aspect_ratios, np.float32))
    lying = np.stack([roots, 1 / roots], axis=1) * side
    between = (side * next_side) ** 0.5
    squares = np.array([[side, side], [between, between]], np.float32)
    return np.concatenate([squares, lying, lying[:, ::-1]]).astype(np.float32)


def decode(outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Size) -> Candidates:
    count = priors_per_cell(postprocess["aspect_ratios"])
    logits = _rows(outputs, "cls", postprocess, size, count)
    slots, indices, scores = _strongest(logits, postprocess["score_threshold"])
    raw = _rows(outputs, "box", postprocess, size, count)[slots]
    prior = np.concatenate(priors(postprocess, size))[slots]
    centres = prior[:, :2] + raw[:, :2] * np.float32(VARIANCES[0]) * prior[:, 2:]
    sides = prior[:, 2:] * np.exp(np.clip(raw[:, 2:], *SIDE_RANGE) * np.float32(VARIANCES[1]))
    return Candidates(around(centres, sides), scores, indices)


def _rows(
    outputs: Mapping[str, np.ndarray], kind: str, postprocess: Mapping[str, Any], size: Size, count: int
) -> np.ndarray:
    """The outputs of one kind on all levels as (priors, numbers)."""
    strides = postprocess["strides"]
    levels: List[np.ndarray] = []
    for ending, stride in zip(endings(strides), strides):
        table = cells(outputs, kind + ending, grid_of(size, stride))
        levels.append(table.reshape(len(table) * count, -1))
    return np.concatenate(levels)


def _strongest(logits: np.ndarray, threshold: float) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Priors, label indices and scores above the threshold, best first."""
    # A share of p needs a logit above the background's by that of p at least: nearly all priors end here.
    ahead = logits[:, 1:].max(axis=1) - logits[:, 0]
    likely = np.flatnonzero(ahead > logit(threshold))
    shares = softmax(logits[likely])[:, 1:]
    rows, indices = np.nonzero(shares > threshold)
    best = strongest(shares[rows, indices], MOST_CANDIDATES)
    rows, indices = rows[best], indices[best]
    return likely[rows], indices, shares[rows, indices]
