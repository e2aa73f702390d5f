"""Boxes and scores, one of each a candidate, as most detectors give them that were trained elsewhere.

The block says which channels of which output are what. Boxes and scores may share an output, as in a YOLO export, but
then they share one scale when they are quantized; two outputs keep the levels of the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Literal, Mapping, Optional, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES, Candidates
from edgecv.ondevice.heads.scores import logit, sigmoid, softmax
from edgecv.ondevice.nms import strongest
from edgecv.ondevice.outputs import Output

CORNERS: Dict[str, Callable[..., Tuple[Any, Any, Any, Any]]] = {  # a format's four numbers to x0, y0, x1, y1
    "xyxy": lambda x0, y0, x1, y1: (x0, y0, x1, y1),
    "yxyx": lambda y0, x0, y1, x1: (x0, y0, x1, y1),
    "xywh": lambda x, y, width, height: (x, y, x + width, y + height),
    "center_xywh": lambda x, y, width, height: (x - width / 2, y - height / 2, x + width / 2, y + height / 2),
}


@dataclass(frozen=True)
class Boxes:
    output: str
    format: Literal["xyxy", "yxyx", "xywh", "center_xywh"]
    unit: Literal["pixels", "share"]  # of the network's input
    channels: Optional[Tuple[int, int]] = None  # first and last of them; None: all of the output's


@dataclass(frozen=True)
class Scores:
    output: str
    activation: Literal["none", "sigmoid", "softmax"]  # which the board still has to apply
    channels: Optional[Tuple[int, int]] = None  # of the classes, background included; None: all of the output's
    background: Literal["none", "first", "last"] = "none"
    objectness: Optional[int] = None  # a channel of the same output, by which every score is multiplied


@dataclass(frozen=True)
class Settings:
    head: Literal["decoded"]
    boxes: Boxes
    scores: Scores
    order: Literal["candidates_first", "channels_first"] = "candidates_first"  # (1, n, channels) or (1, channels, n)
    score_threshold: float = 0.25
    nms_iou: float = 0.6
    max_detections: int = 300


def outputs(postprocess: Mapping[str, Any], classes: int) -> Dict[str, Output]:
    boxes, scores = postprocess["boxes"], postprocess["scores"]
    every_class = classes + (scores["background"] != "none")
    _check_channels(boxes, scores, every_class)
    box = 4 if boxes["channels"] is None else 1 + boxes["channels"][1]
    score = every_class if scores["channels"] is None else 1 + max(scores["channels"][1], scores["objectness"] or 0)
    if boxes["output"] == scores["output"]:
        return {boxes["output"]: _output(postprocess, max(box, score), "boxes and scores, by channels", at_least=True)}
    meaning = f"{boxes['format']} in {boxes['unit']}"
    return {
        boxes["output"]: _output(postprocess, box, meaning, at_least=boxes["channels"] is not None),
        scores["output"]: _output(postprocess, score, "one score a class", at_least=scores["channels"] is not None),
    }


def _output(postprocess: Mapping[str, Any], channels: int, meaning: str, *, at_least: bool) -> Output:
    shape = (1, channels, None) if postprocess["order"] == "channels_first" else (1, None, channels)
    return Output(shape, meaning, at_least)


def _check_channels(boxes: Mapping[str, Any], scores: Mapping[str, Any], every_class: int) -> None:
    """Refuse channels of the wrong number, and one that would stand for two things."""
    shared, objectness = boxes["output"] == scores["output"], scores["objectness"]
    counted = f"{every_class} channels, one a label{'' if scores['background'] == 'none' else ' and the background'}"
    for name, part, count, said in (("boxes", boxes, 4, "4 channels"), ("scores", scores, every_class, counted)):
        if part["channels"] is None:
            if shared or (name == "scores" and objectness is not None):
                raise InputError(f"{name}.channels: missing, expected the first and the last: the output holds more")
        elif part["channels"][0] < 0 or part["channels"][1] - part["channels"][0] + 1 != count:
            got = list(part["channels"])
            raise InputError(f"{name}.channels: expected the first and the last of {said}, got '{got}'")
    box = set(range(boxes["channels"][0], boxes["channels"][1] + 1)) if shared else set()
    score = set(range(scores["channels"][0], scores["channels"][1] + 1)) if scores["channels"] else set()
    if box & score:
        raise InputError(f"scores.channels: expected others than those of the box, got '{list(scores['channels'])}'")
    if objectness is not None and (objectness < 0 or objectness in box | score):
        raise InputError(f"scores.objectness: expected a channel that is nothing else, got '{objectness}'")


def decode(outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Tuple[int, int]) -> Candidates:
    boxes, scores, order = postprocess["boxes"], postprocess["scores"], postprocess["order"]
    found, indices, best = _best(_table(outputs, scores["output"], order), scores, postprocess["score_threshold"])
    numbers = _part(_table(outputs, boxes["output"], order), boxes["channels"])[found]
    corners = np.stack(CORNERS[boxes["format"]](*numbers.T), axis=1).astype(np.float32)
    if boxes["unit"] == "share":
        height, width = size
        corners *= np.array([width, height, width, height], np.float32)
    return Candidates(corners, best, indices)


def _table(outputs: Mapping[str, np.ndarray], name: str, order: str) -> np.ndarray:
    """One output as (candidates, channels)."""
    if name not in outputs:
        raise InputError(f"outputs: expected '{name}', got {', '.join(outputs)}; postprocess does not fit")
    table: np.ndarray = outputs[name][0]
    return table.T if order == "channels_first" else table


def _part(table: np.ndarray, channels: Any) -> np.ndarray:
    return table if channels is None else table[:, channels[0] : channels[1] + 1]


def _best(
    table: np.ndarray, settings: Mapping[str, Any], threshold: float
) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Candidates, label indices and scores above the threshold, best first. One candidate can be of several classes."""
    activation, objectness = settings["activation"], settings["objectness"]
    enough = threshold if activation == "none" else logit(threshold)
    raw, rows = _part(table, settings["channels"]), None
    if objectness is not None:  # no score is above its objectness, so the others are out
        rows = np.flatnonzero(table[:, objectness] > enough)
        raw = raw[rows]
    if activation == "softmax":
        raw, enough = softmax(raw), threshold
    classes = _without_background(raw, settings["background"])
    passed, indices = _where(classes > enough)  # before any sigmoid: nearly all candidates are background
    scores = classes[passed, indices]
    if activation == "sigmoid":
        scores = sigmoid(scores)
    if rows is not None:
        passed = rows[passed]
        chance = table[passed, objectness]
        scores = scores * (chance if activation == "none" else sigmoid(chance))
        above = scores > threshold
        passed, indices, scores = passed[above], indices[above], scores[above]
    order = strongest(scores, MOST_CANDIDATES)
    return passed[order], indices[order], scores[order].astype(np.float32)


def _where(mask: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Rows and columns of what is true, row after row: np.nonzero, but in the order of memory, which is far quicker."""
    if mask.flags.c_contiguous:
        return np.divmod(np.flatnonzero(mask), mask.shape[1])
    columns, rows = np.divmod(np.flatnonzero(mask.T), mask.shape[0])
    by_rows = np.argsort(rows, kind="stable")
    return rows[by_rows], columns[by_rows]


def _without_background(classes: np.ndarray, background: str) -> np.ndarray:
    if background == "none":
        return classes
    return classes[:, 1:] if background == "first" else classes[:, :-1]
