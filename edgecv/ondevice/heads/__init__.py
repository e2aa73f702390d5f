"""The numpy half of each detection head: raw outputs of one image to candidate boxes.

The half that trains it has the same name in `edgecv.training.heads`. `decoded` has none: it is for networks that were
trained elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Protocol, Tuple

import numpy as np

from edgecv.ondevice.tables import Table

if TYPE_CHECKING:
    from edgecv.ondevice.heads.candidates import Candidates
    from edgecv.ondevice.outputs import Output


class HeadModule(Protocol):
    @property
    def Settings(self) -> type:  # noqa: N802 - a class
        """A dataclass of what the head's `postprocess` block says, the thresholds of the task among it."""

    def outputs(self, postprocess: Mapping[str, Any], classes: int) -> Dict[str, Output]:
        """What a network with this head gives, by name; settings that make no sense are refused by their field."""

    def decode(
        self, outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Tuple[int, int]
    ) -> Candidates:
        """The boxes of one image that pass the score threshold, in pixels of the network's (height, width)."""


HEADS: Mapping[str, HeadModule] = Table(__name__, ("anchor_free", "decoded", "ssd", "yolo", "yolov1"))
