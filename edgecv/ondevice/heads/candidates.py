"""What every head hands over: boxes that may be objects, before overlapping ones are suppressed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MOST_CANDIDATES = 3000  # of one image, the strongest: ten times what a detection keeps


class Candidates(NamedTuple):
    """Boxes (m, 4) as x0, y0, x1, y1 in network pixels, with scores (m,) and label indices (m,), best first."""

    boxes: np.ndarray
    scores: np.ndarray
    indices: np.ndarray
