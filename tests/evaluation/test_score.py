"""Scoring needs something to find."""

import dataclasses

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.evaluation.score import score
from edgecv.ondevice.tasks.detection import Detection
from edgecv.records.samples import Boxes
from tests.evaluation.color_artifacts import color_samples


def test_images_without_any_object_are_refused() -> None:
    empty = Boxes(np.zeros((0, 4), np.float32), np.zeros(0, int))
    samples = dataclasses.replace(color_samples("detection", 3), truth=[empty, empty, empty].__getitem__)
    nothing = Detection(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, int))
    with pytest.raises(InputError, match="nothing to find"):
        score("detection", [nothing] * 3, samples, range(3))
