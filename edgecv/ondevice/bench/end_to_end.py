"""The way from an image file to a prediction, part by part."""

from __future__ import annotations

import time
from pathlib import Path
from typing import List, Sequence, Union

import numpy as np

from edgecv.ondevice.predictor import Predicted, Predictor
from edgecv.ondevice.resizing import libraries
from edgecv.ondevice.stopwatch import Plan
from edgecv.records.measurement import EndToEnd, Part


def end_to_end(predictor: Predictor, files: Sequence[Union[bytes, Path]], plan: Plan) -> EndToEnd:
    """The distributions of the four parts and of their sum."""
    taken: List[Predicted] = []
    start = time.perf_counter()
    while len(taken) < plan.end_to_end_runs and time.perf_counter() - start < plan.end_to_end_seconds:
        # One at a time, so that nothing is prepared ahead while the network is at work.
        taken.extend(predictor.predict_all([files[len(taken) % len(files)]]))
    decode, preprocess, invoke, postprocess = (
        np.array([getattr(one, f"{part}_ms") for one in taken])
        for part in ("decode", "preprocess", "invoke", "postprocess")
    )
    total = decode + preprocess + invoke + postprocess
    parts = (_part(decode), _part(preprocess), _part(invoke), _part(postprocess), _part(total))
    return EndToEnd(*parts, libraries=libraries())


def _part(samples_ms: np.ndarray) -> Part:
    return Part(float(np.median(samples_ms)), tuple(samples_ms.tolist()))
