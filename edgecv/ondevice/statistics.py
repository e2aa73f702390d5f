"""What samples can tell, and what they cannot.

A quantile is reported only when the samples could bound it from both sides: the chance that all of them lie on one
side of it must be below 2.5 %. That takes 6 samples for the median, 36 for p90, 72 for p95 and 368 for p99.

Latencies follow one another: a slow run is followed by slow runs. A thousand of them tell less than a thousand that are
independent, and the share of samples below a quantile is what an interval from order statistics rests on. So the
samples are marked as below or above the quantile, and the correlation of these marks, over all distances, says how many
independent ones would tell as much. That correlation is itself an estimate, and sampling stops sooner where chance made
it small, or the interval narrow. So what exceeds its standard error is taken as 1.5 of them higher than it looks, and
of what remains one in seven is not counted. Where fewer than 50 remain, that is not to be relied on alone, and the
interval also spans the quantiles of ten blocks in a row.

`benchmarks/coverage.py` shows that such intervals hold as often as they say, with the rule for stopping in force. What
changes more slowly than the samples last, no interval from them can know.
"""

from __future__ import annotations

import math
from typing import Tuple

import numpy as np

TAIL = 0.025  # outside a two-sided 95 % interval, on each side
CAUTION = 1.5  # standard errors by which the cost of correlation is taken as higher, where it exceeds one
LOOKING = 7 / 6  # what looking again and again, until the interval is narrow, costs
RELIABLE = 50  # independent samples
BLOCKS = 10
MEANS = 32_768  # marks are averaged down to about so many, which bounds the time that a look takes

Interval = Tuple[float, float]


def quantile(samples: np.ndarray, share: float) -> float | None:
    """The value that `share` of the samples do not exceed; None when there are too few to tell."""
    return float(np.quantile(samples, share)) if _bounded(len(samples), share) else None


def _bounded(count: int, share: float) -> bool:
    return max(share, 1 - share) ** count <= TAIL


def interval(samples: np.ndarray, share: float) -> Interval | None:
    """The 95 % interval of a quantile, with no assumption on the shape of the noise; None: too few samples for one."""
    count = effective_count(samples, share)
    ordered = interval_of(samples, share, count)
    if count >= RELIABLE:
        return ordered
    found = [each for each in (ordered, _of_blocks(samples, share)) if each]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def interval_of(samples: np.ndarray, share: float, count: int) -> Interval | None:
    """The interval from order statistics, as if these were so many independent samples, spread evenly over them."""
    numbers, at_most = _binomial(count, share)
    low = int(np.searchsorted(at_most, TAIL, "right")) - 1
    high = int(np.searchsorted(at_most, 1 - TAIL, "left"))
    if low < 0 or high >= len(numbers) or numbers[high] >= count:
        return None
    last = len(samples) - 1
    places = [int(numbers[low]) * len(samples) // count, min(last, -(-int(numbers[high]) * len(samples) // count))]
    lowest, highest = np.partition(samples, places)[places]
    return float(lowest), float(highest)


def half_width(samples: np.ndarray, share: float) -> float | None:
    """Half the interval of a quantile, as a share of the quantile."""
    bounds = interval(samples, share)
    return None if bounds is None else (bounds[1] - bounds[0]) / 2 / float(np.quantile(samples, share))


def apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the medians differ by more than chance explains: their intervals do not touch.

    Samples that give no interval, since they follow one another too closely, reach from the least to the greatest.
    """
    (low, high), (lowest, highest) = (interval(each, 0.5) or (each.min(), each.max()) for each in (one, other))
    return bool(high < lowest or highest < low)


def effective_count(samples: np.ndarray, share: float = 0.5) -> int:
    """How many independent samples would tell as much about a quantile, cautiously."""
    count, below = len(samples), samples <= np.quantile(samples, share)
    spread = float(below.var())
    if not spread:
        return count
    each = max(1, count // MEANS)
    means = below[: count // each * each].reshape(-1, each).mean(axis=1)
    inflation, distances = _inflation(means)
    inflation *= each * float(means.var()) / spread
    error = math.sqrt((4 * distances + 2) / len(means))  # Bartlett's, of a sum over so many distances
    excess = inflation - 1
    return int(count / LOOKING / (1 + excess * (1 + CAUTION * error) if excess > error else 1))


def _inflation(series: np.ndarray) -> Tuple[float, int]:
    """By how much correlation inflates the variance of a mean, and over how many distances it was summed up.

    Sums of two neighbouring distances are positive and falling where a series settles, so the first that is not is
    noise, and so is what follows (Geyer).
    """
    deviations = series - series.mean()
    spectrum = np.fft.rfft(deviations, 2 * len(series))
    products = np.fft.irfft(spectrum * np.conj(spectrum))[: len(series) // 2 * 2]
    if not products[0] > 0:
        return 1.0, 0
    pairs = products.reshape(-1, 2).sum(axis=1) / products[0]
    lasting = int(np.argmax(pairs <= 0)) if (pairs <= 0).any() else len(pairs)
    return float(2 * pairs[:lasting].sum() - 1), 2 * lasting


def _of_blocks(samples: np.ndarray, share: float) -> Interval | None:
    """From the least to the greatest quantile of blocks in a row: what changes slowly shows between them."""
    if not _bounded(len(samples) // BLOCKS, share):
        return None
    quantiles = [float(np.quantile(block, share)) for block in np.array_split(samples, BLOCKS)]
    return min(quantiles), max(quantiles)


def early_stopping(samples: np.ndarray, share: float, confidence: float = 0.99) -> float | None:
    """An upper bound of a quantile as MLPerf's early stopping has it; None while there are too few samples for one.

    It is the t-th largest sample, for the largest t at which t samples or fewer above the quantile are rarer than
    1 - confidence. For p90 that takes 64 samples.
    """
    numbers, at_most = _binomial(len(samples), 1 - share)
    rare = numbers[at_most < 1 - confidence]
    place = len(samples) - int(rare[-1]) if len(rare) and rare[-1] else None
    return None if place is None else float(np.partition(samples, place)[place])


def _binomial(count: int, share: float) -> Tuple[np.ndarray, np.ndarray]:
    """How many of `count` samples lie below a quantile, and the chance that it is so many or fewer.

    Only the eight standard deviations around the middle are summed up: what lies outside cannot be seen in a float.
    """
    reach = 8 * math.sqrt(count * share * (1 - share)) + 8
    middle = count * share
    numbers = np.arange(max(0, int(middle - reach)), min(count, int(middle + reach)) + 1)
    logarithms = [_log_choose(count, int(k)) for k in numbers]
    chances = np.exp(logarithms + numbers * math.log(share) + (count - numbers) * math.log1p(-share))
    return numbers, np.cumsum(chances)


def _log_choose(count: int, chosen: int) -> float:
    return math.lgamma(count + 1) - math.lgamma(chosen + 1) - math.lgamma(count - chosen + 1)
