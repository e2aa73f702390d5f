"""A budget is kept or broken only where the whole interval says so."""

import pytest

from edgecv.evaluation.verdict import FEWEST_IMAGES, judge

CASES = {
    "well within": (0.001, (-0.002, 0.004), "pass"),
    "equal": (0.0, (0.0, 0.0), "pass"),
    "better": (-0.02, (-0.03, -0.01), "pass"),
    "ends at the budget": (0.005, (0.0, 0.01), "pass"),
    "well beyond": (0.05, (0.03, 0.07), "fail"),
    "straddles": (0.004, (-0.01, 0.02), "not_enough_images"),
    "straddles, looks bad": (0.02, (0.005, 0.04), "not_enough_images"),
}


@pytest.mark.parametrize(("drop", "interval", "verdict"), CASES.values(), ids=CASES)
def test_the_verdict_follows_the_interval(drop: float, interval: tuple[float, float], verdict: str) -> None:
    assert judge(drop, interval, 0.01, images=300)[0] == verdict


def test_an_interval_twice_too_wide_needs_four_times_the_images() -> None:
    assert judge(0.0, (-0.02, 0.02), 0.01, images=300) == ("not_enough_images", 1200)


def test_a_drop_as_large_as_the_budget_cannot_be_decided_by_any_number() -> None:
    assert judge(0.01, (0.0, 0.02), 0.01, images=300) == ("not_enough_images", None)


def test_a_handful_of_images_never_passes() -> None:
    assert judge(0.0, (0.0, 0.0), 0.01, images=8) == ("not_enough_images", FEWEST_IMAGES)


def test_a_handful_of_images_can_fail() -> None:
    assert judge(0.8, (0.5, 1.0), 0.01, images=8)[0] == "fail"
