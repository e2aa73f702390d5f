"""Which objects are where: boxes with scores, overlapping ones suppressed."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.heads import HEADS
from edgecv.ondevice.images import Placement
from edgecv.ondevice.nms import suppress
from edgecv.ondevice.tasks.labels import label_of
from edgecv.records.artifact import Manifest

OVERRIDES: Tuple[str, ...] = ("score_threshold", "nms_iou", "max_detections")
# An average precision needs the whole curve, down to scores that no user would look at.
EVALUATION = {"score_threshold": 0.001, "max_detections": 300}
DEFAULTS = {"score_threshold": 0.25, "nms_iou": 0.6, "max_detections": 300}


class Detection(NamedTuple):
    """Boxes (n, 4) as x0, y0, x1, y1 in original pixels, with scores (n,) and label indices (n,), best first."""

    boxes: np.ndarray
    scores: np.ndarray
    indices: np.ndarray


def postprocess(outputs: Mapping[str, np.ndarray], manifest: Manifest, placement: Placement) -> Detection:
    settings = {**DEFAULTS, **manifest.postprocess}
    if settings.get("head") not in HEADS:
        raise InputError(f"postprocess.head: expected one of {', '.join(HEADS)}, got '{settings.get('head')}'")
    head = HEADS[settings["head"]]
    found = head.decode(outputs, settings, manifest.preprocess.size)
    kept = suppress(found.boxes, found.indices, settings["nms_iou"], settings["max_detections"])
    boxes = placement.to_original(found.boxes[kept])
    seen = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])  # others lay beside the image, in its padding
    kept = kept[seen]
    return Detection(boxes[seen], found.scores[kept], found.indices[kept])


def describe(prediction: Detection, labels: Sequence[str]) -> Dict[str, Any]:
    return {
        "objects": [
            {
                "index": int(index),
                "label": label_of(labels, index),
                "score": round(float(score), 6),
                "box": [round(float(edge), 2) for edge in box],
            }
            for box, score, index in zip(*prediction)
        ]
    }


def headline(prediction: Detection, labels: Sequence[str]) -> str:
    counts = Counter(label_of(labels, index) for index in prediction.indices)
    return ", ".join(f"{count} {label}" for label, count in counts.most_common()) or "nothing found"
