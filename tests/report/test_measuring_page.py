"""docs/measuring.md states the figures that the code uses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgecv.bench import player
from edgecv.hosts.board import memory
from edgecv.ondevice.bench import pictures, throughput, turns
from edgecv.ondevice.statistics import quantile
from edgecv.ondevice.stopwatch import PLANS

PAGE = (Path(__file__).parents[2] / "docs/measuring.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", PLANS)
def test_the_modes_are_those_of_the_stopwatch(mode: str) -> None:
    plan = PLANS[mode]
    line = f"| `{mode}` | {plan.min_samples} samples, {plan.min_seconds:g} s | {plan.max_seconds:g} s |"
    assert line in PAGE


@pytest.mark.parametrize(("share", "least"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_the_samples_that_a_percentile_takes_are_those_of_the_statistics(share: float, least: int) -> None:
    assert f"| p{share * 100:g} | {least} |" in PAGE
    assert quantile(np.arange(1.0, least + 1), share) is not None
    assert quantile(np.arange(1.0, least), share) is None


@pytest.mark.parametrize(
    "words",
    [
        f"no sign of life for {player.OPENING_S:.0f} s while",
        f"for {player.SILENT_S:.0f} s later",
        f"the limit is {memory.SHARE:.0%}".replace("%", " %"),
        f"for {turns.FEWEST_ROUNDS} rounds at least",
        f"of many, {pictures.MOST} that are",
        f"Student's over {throughput.SLICES} slices",
        "It lasts 2 s in `quick`, 20 s in `standard` and, like",
    ],
)
def test_the_limits_of_a_bench_are_those_of_the_code(words: str) -> None:
    assert words in PAGE
    assert throughput.SECONDS == {"quick": 2, "standard": 20, "mlperf": 600}
