"""Predictions of one task in one file: a .npz of plain arrays, equal for equal predictions, without pickles.

What has another size in every image (boxes, masks) is laid end to end, with the sizes beside it.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Sequence

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.regression import Regression
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.files import write_whole


def save(path: Path, predictions: Sequence[Any], task: str) -> Path:
    """Write the predictions of one task, in order."""
    arrays: Dict[str, Any] = {"task": np.array(task), **FORMS[task].pack(predictions)}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return write_whole(path, content.getvalue())


def read(path: Path) -> List[Any]:
    """The predictions of a file, in the order they were saved in."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            return FORMS[str(arrays["task"])].unpack(arrays)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except Exception as error:  # numpy and zipfile raise anything at a damaged file
        raise InputError(f"{path}: expected saved predictions: {error}") from error


class Form(NamedTuple):
    """How the predictions of a task become arrays, and arrays predictions."""

    pack: Callable[[Sequence[Any]], Dict[str, np.ndarray]]
    unpack: Callable[[Mapping[str, np.ndarray]], List[Any]]


def _pack_classifications(predictions: Sequence[Classification]) -> Dict[str, np.ndarray]:
    return {"scores": np.array([each.scores for each in predictions], np.float32)}


def _unpack_classifications(arrays: Mapping[str, np.ndarray]) -> List[Classification]:
    return [Classification(scores) for scores in arrays["scores"]]


def _pack_detections(predictions: Sequence[Detection]) -> Dict[str, np.ndarray]:
    return {
        "boxes": _end_to_end([each.boxes for each in predictions], np.float32).reshape(-1, 4),
        "scores": _end_to_end([each.scores for each in predictions], np.float32),
        "indices": _end_to_end([each.indices for each in predictions], np.int64),
        "counts": np.array([len(each.scores) for each in predictions], np.int64),
    }


def _unpack_detections(arrays: Mapping[str, np.ndarray]) -> List[Detection]:
    ends = np.cumsum(arrays["counts"])[:-1]
    columns = (np.split(arrays[name], ends) for name in Detection._fields)
    return [Detection(*each) for each in zip(*columns)] if len(arrays["counts"]) else []


def _pack_segmentations(predictions: Sequence[Segmentation]) -> Dict[str, np.ndarray]:
    return {
        "masks": _end_to_end([each.mask for each in predictions], np.uint8),
        "shapes": np.array([each.mask.shape for each in predictions], np.int64).reshape(-1, 2),
    }


def _unpack_segmentations(arrays: Mapping[str, np.ndarray]) -> List[Segmentation]:
    shapes = arrays["shapes"]
    flat = np.split(arrays["masks"], np.cumsum(shapes.prod(axis=1))[:-1])
    return [Segmentation(pixels.reshape(shape)) for pixels, shape in zip(flat, shapes)]


def _pack_regressions(predictions: Sequence[Regression]) -> Dict[str, np.ndarray]:
    return {"values": np.array([each.values for each in predictions], np.float32)}


def _unpack_regressions(arrays: Mapping[str, np.ndarray]) -> List[Regression]:
    return [Regression(values) for values in arrays["values"]]


def _end_to_end(arrays: Sequence[np.ndarray], dtype: Any) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype), *(array.reshape(-1) for array in arrays)])


FORMS: Dict[str, Form] = {
    "classification": Form(_pack_classifications, _unpack_classifications),
    "detection": Form(_pack_detections, _unpack_detections),
    "segmentation": Form(_pack_segmentations, _unpack_segmentations),
    "regression": Form(_pack_regressions, _unpack_regressions),
}
