"""Figures as they are printed: the interval has two significant digits, and the value stops where the interval does.

`±` is the longer arm of the interval, so that what is printed always covers what was computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Interval = tuple[float, float]
UNKNOWN = "–"
NO_CHANGE = 1e-6  # of a metric: floats of two runtimes differ in their last digits, and so may two scores


class Figure(NamedTuple):
    """A value and its `±`, which is empty where no interval is known."""

    value: str
    spread: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.spread}".rstrip()


def figure(value: float | None, interval: Interval | None) -> Figure:
    """A value with the digits that its interval supports; two digits where there is none."""
    if value is None:
        return Figure(UNKNOWN)
    if interval is None:
        return Figure(two_digits(value))
    arm = _arm(value, interval)
    if arm == 0:  # every sample was the same: the clock or the count could not tell them apart
        return Figure(f"{value:.3g}", "±0")
    decimals = _decimals(arm)
    return Figure(_rounded(value, decimals), "±" + _rounded(arm, decimals))


def change(drop: float | None, interval: Interval | None, gain: int = 1) -> str:
    """A drop as the change it makes: minus is worse, as a reader expects; with a gain of -1, of errors, plus is."""
    if drop is None:
        return ""
    arm = _arm(drop, interval) if interval else 0.0
    return "0" if max(abs(drop), arm) < NO_CHANGE else _signed(-gain * drop, _decimals(arm or abs(drop)))


def two_digits(value: float) -> str:
    """A value of unknown precision: two significant digits, and whole numbers kept whole."""
    if value == 0:
        return "0"
    return _rounded(value, max(_decimals(abs(value)), 0))


def size(size_bytes: int) -> tuple[str, str]:
    """Number and unit, such as `1.23` and `MB`; sizes are exact, three digits are for the reader."""
    number = float(size_bytes)
    for unit in ("B", "kB", "MB"):
        if number < 999.5:
            return (_three_digits(number) if unit != "B" else str(size_bytes)), unit
        number /= 1000
    return _three_digits(number), "GB"


def span(values: Sequence[float]) -> str:
    """The lowest and the highest of several readings."""
    low, high = (f"{value:.4g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def aligned(texts: Sequence[str]) -> list[str]:
    """Texts of one width with their decimal points below each other."""
    halves = [text.partition(".") for text in texts]
    left = max((len(whole) for whole, _, _ in halves), default=0)
    right = max((len(point + rest) for _, point, rest in halves), default=0)
    return [whole.rjust(left) + (point + rest).ljust(right) for whole, point, rest in halves]


def _arm(value: float, interval: Interval) -> float:
    return max(abs(value - interval[0]), abs(interval[1] - value))


def _decimals(arm: float) -> int:
    """Decimal places at which two significant digits of the arm end; negative left of the point."""
    exponent = int(f"{arm:.1e}".partition("e")[2])  # after rounding: 0.0996 counts as 0.10
    return 1 - exponent


def _rounded(value: float, decimals: int) -> str:
    text = f"{round(value, decimals):.{max(decimals, 0)}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _signed(value: float, decimals: int) -> str:
    text = _rounded(value, decimals)
    return text if text.startswith("-") or float(text) == 0 else f"+{text}"


def _three_digits(number: float) -> str:
    return _rounded(number, max(2 - (len(str(int(number))) - 1), 0))
