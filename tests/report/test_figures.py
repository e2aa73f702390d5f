"""Printed figures: as many digits as the interval supports, and no more."""

from __future__ import annotations

import pytest

from edgecv.report.figures import Interval, aligned, change, figure, size, two_digits


@pytest.mark.parametrize(
    ("value", "interval", "printed"),
    [
        (3.21234, (3.1722, 3.2523), "3.212 ±0.040"),
        (0.91234, (0.9003, 0.9241), "0.912 ±0.012"),
        (3.2, (3.19, 3.3), "3.20 ±0.10"),
        (3.2, (3.1003, 3.2), "3.20 ±0.10"),  # 0.0997 rounds to 0.10, not to 0.100
        (123.456, (110.0, 130.0), "123 ±13"),
        (12345.6, (11000.0, 12500.0), "12300 ±1300"),
        (0.00012345, (0.0001, 0.00014), "0.000123 ±0.000023"),
        (2.5, (2.5, 2.5), "2.5 ±0"),
        (1.0, (0.969, 1.0), "1.000 ±0.031"),
    ],
)
def test_the_interval_has_two_digits_and_the_value_stops_with_it(
    value: float, interval: Interval, printed: str
) -> None:
    assert str(figure(value, interval)) == printed


def test_the_longer_arm_is_printed_so_that_the_interval_is_covered() -> None:
    assert str(figure(3.20, (3.19, 3.28))) == "3.200 ±0.080"


def test_without_an_interval_there_are_two_digits_and_no_sign() -> None:
    assert str(figure(3.2123, None)) == "3.2"
    assert str(figure(None, None)) == "–"


@pytest.mark.parametrize(
    ("value", "printed"), [(0, "0"), (0.0456, "0.046"), (1.0, "1.0"), (12.34, "12"), (1234.5, "1234"), (0.0, "0")]
)
def test_two_digits_keep_whole_numbers_whole(value: float, printed: str) -> None:
    assert two_digits(value) == printed


@pytest.mark.parametrize(
    ("drop", "interval", "printed"),
    [
        (0.0041, (0.0001, 0.0081), "-0.0041"),
        (-0.0041, (-0.0081, -0.0001), "+0.0041"),
        (0.0, (-0.004, 0.004), "0.0000"),
        (0.00001, (-0.004, 0.004), "0.0000"),
        (0.0, (0.0, 0.0), "0"),
        (0.01, None, "-0.010"),
        (None, None, ""),
        (4e-10, (0.0, 1.2e-9), "0"),
    ],
)
def test_a_drop_is_printed_as_the_change_it_makes(drop: float | None, interval: Interval | None, printed: str) -> None:
    assert change(drop, interval) == printed


def test_an_error_that_grows_is_printed_with_a_plus() -> None:
    assert change(0.25, (0.20, 0.30), gain=-1) == "+0.250"


@pytest.mark.parametrize(
    ("size_bytes", "printed"),
    [
        (0, ("0", "B")),
        (999, ("999", "B")),
        (1000, ("1.00", "kB")),
        (999_499, ("999", "kB")),
        (999_500, ("1.00", "MB")),
        (1_284_776, ("1.28", "MB")),
        (45_678_901, ("45.7", "MB")),
        (1_234_567_890, ("1.23", "GB")),
    ],
)
def test_a_size_has_three_digits_and_a_unit(size_bytes: int, printed: tuple[str, str]) -> None:
    assert size(size_bytes) == printed


def test_decimal_points_line_up() -> None:
    assert aligned(["3.210", "12.4", "–", "7"]) == [" 3.210", "12.4  ", " –    ", " 7    "]
