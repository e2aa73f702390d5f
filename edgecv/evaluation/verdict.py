"""Is the drop within the budget? Only an interval that lies on one side of it can say so."""

import math

from edgecv.metrics.intervals import Interval
from edgecv.records.evaluation import EvaluationVerdict

FEWEST_IMAGES = 50  # with fewer, an interval itself is not to be relied on, even one of no width
MOST_TIMES_MORE = 400  # an estimate beyond it says nothing: the drop is as good as equal to the budget


def judge(drop: float, interval: Interval, max_drop: float, images: int) -> tuple[EvaluationVerdict, int | None]:
    """The verdict and, where the images cannot decide, how many probably would."""
    low, high = interval
    if low > max_drop:
        return "fail", None
    if high <= max_drop and images >= FEWEST_IMAGES:
        return "pass", None
    return "not_enough_images", _images_needed(drop, interval, max_drop, images)


def _images_needed(drop: float, interval: Interval, max_drop: float, images: int) -> int | None:
    """An interval narrows with the square root of the images; it has to end where the budget does."""
    half_width = (interval[1] - interval[0]) / 2
    margin = abs(max_drop - drop)
    if half_width > margin * math.sqrt(MOST_TIMES_MORE):
        return None
    times_more = (half_width / margin) ** 2 if margin else 0
    return max(FEWEST_IMAGES, images + 1, math.ceil(images * times_more))
