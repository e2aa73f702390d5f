"""What a network's raw outputs mean, one task a module: outputs of one image to a prediction, and its plain words."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Protocol, Sequence, Tuple

import numpy as np

from edgecv.ondevice.images import Placement
from edgecv.ondevice.tables import Table
from edgecv.records.artifact import Manifest


class TaskModule(Protocol):
    OVERRIDES: Tuple[str, ...]  # the settings of `manifest.postprocess` that a call may replace

    def postprocess(self, outputs: Mapping[str, np.ndarray], manifest: Manifest, placement: Placement) -> Any:
        """The prediction for one image, in terms of the original image."""

    def describe(self, prediction: Any, labels: Sequence[str]) -> Dict[str, Any]:
        """The prediction as it is written to JSON."""

    def headline(self, prediction: Any, labels: Sequence[str]) -> str:
        """The prediction in a few words."""


TASKS: Mapping[str, TaskModule] = Table(__name__, ("classification", "detection", "segmentation", "regression"))
