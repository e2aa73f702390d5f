"""The numpy half of each detection head: raw outputs of one image to candidate boxes.

The half that trains it has the same name in `edgecv.training.heads`.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Protocol, Tuple

import numpy as np

from edgecv.ondevice.heads import anchor_free
from edgecv.ondevice.heads.candidates import Candidates


class HeadModule(Protocol):
    def decode(
        self, outputs: Mapping[str, np.ndarray], postprocess: Mapping[str, Any], size: Tuple[int, int]
    ) -> Candidates:
        """The boxes of one image that pass the score threshold, in pixels of the network's (height, width)."""


HEADS: Dict[str, HeadModule] = {"anchor_free": anchor_free}
