"""The reference for detection: pycocotools matches detections to the truth, with its standard settings.

Only sizes `all` are asked for, at most 100 detections an image and class, and overlaps of 0.50 to 0.95.
"""

import contextlib
import io
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from edgecv.ondevice.tasks.detection import Detection
from edgecv.records.samples import Boxes

MOST_DETECTIONS = 100


def missing() -> str | None:
    if find_spec("pycocotools"):
        return None
    return "detections are scored by pycocotools: pip install 'edgecv[evaluate]'"


def evaluate(predictions: Sequence[Detection], truths: Sequence[Boxes], classes: int) -> Any:
    """A COCOeval that has matched every detection; images and classes are numbered from 0."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):  # it reports its progress by printing
        tables = COCO(), COCO()
        for table, annotations in zip(tables, (_annotations(truths), _annotations(predictions)), strict=True):
            table.dataset = {
                "images": [{"id": image} for image in range(len(truths))],
                "categories": [{"id": index} for index in range(classes)],
                "annotations": annotations,
            }
            table.createIndex()
        evaluation = COCOeval(*tables, iouType="bbox")
        evaluation.params.areaRng, evaluation.params.areaRngLbl = evaluation.params.areaRng[:1], ["all"]
        evaluation.params.maxDets = [MOST_DETECTIONS]
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def _annotations(found: Iterable[Detection | Boxes]) -> list[dict[str, Any]]:
    annotations: list[dict[str, Any]] = []
    for image, each in enumerate(found):
        corners = np.asarray(each.boxes, np.float64).reshape(-1, 4)
        sides = corners[:, 2:] - corners[:, :2]
        scores = each.scores if isinstance(each, Detection) else np.ones(len(corners))
        for corner, side, index, score in zip(corners, sides, each.indices, scores, strict=True):
            annotations.append(
                {
                    "id": len(annotations) + 1,  # COCOeval takes a match with number 0 for none
                    "image_id": image,
                    "category_id": int(index),
                    "bbox": [*corner[:2], *side],
                    "area": float(side.prod()),
                    "iscrowd": 0,
                    "score": float(score),
                }
            )
    return annotations
