"""Axes: where a value lies in pixels, and at which round values to put ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

LOG_FROM = 5.0  # below this ratio of largest to smallest, a linear axis shows everything


@dataclass(frozen=True)
class Axis:
    """A range of values laid on a range of pixels."""

    low: float
    high: float
    start: float  # the pixel of `low`
    end: float  # the pixel of `high`
    log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return float(self.all_at([value])[0])

    def all_at(self, values: Sequence[float]) -> np.ndarray:
        """The pixels of many values."""
        low, high = self._bent(self.low), self._bent(self.high)
        bent = np.log10(values) if self.log else np.asarray(values)
        return self.start + (bent - low) / (high - low) * (self.end - self.start)

    def reaching(self, end: float) -> Axis:
        """The same scale, continued to another last pixel."""
        low, high = self._bent(self.low), self._bent(self.high)
        last = low + (high - low) * (end - self.start) / (self.end - self.start)
        return replace(self, high=10**last if self.log else last, end=end)

    def _bent(self, value: float) -> float:
        return math.log10(value) if self.log else value


def latency_axis(values: Sequence[float], start: float, end: float) -> Axis:
    """For times: logarithmic where they span much, otherwise linear."""
    low, high = min(values), max(values)
    if low > 0 and high / low > LOG_FROM:
        margin = (high / low) ** 0.06
        return Axis(low / margin, high * margin, start, end, log=True)
    return linear_axis(values, start, end, least_span=max(0.2 * high, 1e-6))


def linear_axis(values: Sequence[float], start: float, end: float, least_span: float = 0.01) -> Axis:
    """Covers the values with a margin, and never less than `least_span`: noise must not fill a picture."""
    low, high = min(values), max(values)
    missing = max(least_span - (high - low), 0.0)
    margin = 0.06 * (high - low + missing)
    bottom = low - missing / 2 - margin
    return Axis(max(bottom, 0.0) if low >= 0 else bottom, high + missing / 2 + margin, start, end)


def ticks(axis: Axis, about: int) -> list[float]:
    """Round values within the axis, roughly as many as asked for."""
    if axis.log:
        found = _log_ticks(axis, (1, 2, 5))
        found = found if len(found) <= about + 2 else _log_ticks(axis, (1,))
        if len(found) >= 3:
            return found
    step = _round_step((axis.high - axis.low) / max(about, 1))
    first = math.ceil(axis.low / step - 1e-9)
    last = math.floor(axis.high / step + 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


def _log_ticks(axis: Axis, steps: Sequence[int]) -> list[float]:
    decades = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    every = [step * 10.0**decade for decade in decades for step in steps]
    return [value for value in every if axis.low <= value <= axis.high]


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, ... that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def tick_texts(values: Sequence[float]) -> list[str]:
    """The ticks with as many decimals as tell them apart, and no more."""
    for decimals in range(7):
        texts = [f"{value:.{decimals}f}" for value in values]
        if all(abs(float(text) - value) < 1e-9 for text, value in zip(texts, values, strict=True)):
            return texts
    return [f"{value:g}" for value in values]
