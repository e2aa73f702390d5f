"""What samples can tell, and what they cannot.

A quantile is reported only when the samples could bound it from both sides: the chance that all of them lie on one
side of it must be below 2.5 %. That takes 6 samples for the median, 36 for p90, 72 for p95 and 368 for p99.

Latencies follow one another: a slow run is followed by slow runs. Intervals therefore count `effective_count` samples,
not all. Above a correlation of 0.7 even that promises too much, which is for the verdict to say.
"""

from __future__ import annotations

import math
from typing import Tuple

import numpy as np

TAIL = 0.025  # outside a two-sided 95 % interval, on each side

Interval = Tuple[float, float]


def quantile(samples: np.ndarray, share: float) -> float | None:
    """The value that `share` of the samples do not exceed; None when there are too few to tell."""
    if max(share, 1 - share) ** len(samples) > TAIL:
        return None
    return float(np.quantile(samples, share))


def interval(samples: np.ndarray, share: float) -> Interval | None:
    """The 95 % interval of a quantile, from order statistics; None when there are too few samples for one."""
    ranks = _ranks(effective_count(samples), share)
    if ranks is None:
        return None
    low, high, count = ranks
    last = len(samples) - 1
    places = [low * len(samples) // count, min(last, -(-high * len(samples) // count))]
    lowest, highest = np.partition(samples, places)[places]
    return float(lowest), float(highest)


def half_width(samples: np.ndarray, share: float) -> float | None:
    """Half the interval of a quantile, as a share of the quantile."""
    bounds = interval(samples, share)
    return None if bounds is None else (bounds[1] - bounds[0]) / 2 / float(np.quantile(samples, share))


def _ranks(count: int, share: float) -> Tuple[int, int, int] | None:
    """Of `count` ordered samples those two, from 0, between which the quantile lies; and the count.

    The number of samples below a quantile is binomial, exactly. Only the eight standard deviations around its middle
    are summed up: what lies outside cannot be seen in a float.
    """
    reach = 8 * math.sqrt(count * share * (1 - share)) + 8
    middle = count * share
    numbers = np.arange(max(0, int(middle - reach)), min(count, int(middle + reach)) + 1)
    logarithms = [_log_choose(count, int(k)) for k in numbers]
    chances = np.exp(logarithms + numbers * math.log(share) + (count - numbers) * math.log1p(-share))
    at_most = np.cumsum(chances)
    low = int(np.searchsorted(at_most, TAIL, "right")) - 1
    high = int(np.searchsorted(at_most, 1 - TAIL, "left"))
    if low < 0 or high >= len(numbers) or numbers[high] >= count:
        return None
    return int(numbers[low]), int(numbers[high]), count


def _log_choose(count: int, chosen: int) -> float:
    return math.lgamma(count + 1) - math.lgamma(chosen + 1) - math.lgamma(count - chosen + 1)


def correlation(samples: np.ndarray) -> float:
    """How much a sample resembles the one before it, from 0 to 1; of logarithms, which spikes sway less."""
    deviations = np.log(samples) - np.log(samples).mean()
    spread = float((deviations**2).sum())
    return max(0.0, float((deviations[1:] * deviations[:-1]).sum()) / spread) if spread > 0 else 0.0


def effective_count(samples: np.ndarray) -> int:
    """How many independent samples would tell as much."""
    similar = correlation(samples)
    return int(len(samples) * (1 - similar) / (1 + similar))
