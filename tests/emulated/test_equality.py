"""A bundle answers on an ARM board what it answers here.

Integers are equal to the last bit where the same kernels computed them. Other kernels round otherwise, by a level in a
layer, which the layers behind carry on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgecv.bundle import write_bundle
from edgecv.records.recipe import Precision, Task
from tests.emulated.answers import Answers, Difference, answers, differences
from tests.emulated.boards import SITES
from tests.emulated.bundles import PRECISIONS, TASKS, Bundles
from tests.emulated.conftest import BoardOf
from tests.ondevice import models
from tests.targets.networks import images

TARGET = {"litert": "tflite", "onnx": "onnx", "openvino": "openvino"}  # and tflite for the others
OLD = ("tflite-runtime", "tflite-runtime-armv7l")
SLOW = pytest.mark.slow
FLOAT_LIMIT = 1e-5  # of an output's spread
ROUNDING = 2.0  # levels in the quadratic mean: what kernels that round otherwise were apart is half of that to 1.7
ENOUGH, DISTINCT = 1000, 50  # of so many values more than these are different, or the network says nothing


def both(board: str, bundle: Path, board_of: BoardOf, pictures: np.ndarray | None = None) -> tuple[Answers, Answers]:
    if pictures is None:
        pictures = images(32, seed=9)
    here, there = answers(None, bundle, pictures), answers(board_of(board), bundle, pictures)
    for each in differences(here, there).values():
        assert each.distinct > (DISTINCT if each.values > ENOUGH else each.values // 4)
    return here, there


def largest(here: Answers, there: Answers, what: str) -> float:
    return max(float(getattr(each, what)) for each in differences(here, there).values())


@pytest.mark.parametrize("task", TASKS)
def test_xnnpack_gives_the_same_integers(task: Task, bundles: Bundles, board_of: BoardOf) -> None:
    here, there = both("litert", bundles.of(task, "tflite", "int8"), board_of)
    assert here.kernels == there.kernels == "xnnpack"
    assert here.runtime == there.runtime
    assert largest(here, there, "differing") == 0


@SLOW
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("board", SITES)
def test_floats_differ_by_their_rounding(board: str, task: Task, bundles: Bundles, board_of: BoardOf) -> None:
    here, there = both(board, bundles.of(task, TARGET.get(board, "tflite"), "float32"), board_of)
    assert largest(here, there, "max_over_spread") <= FLOAT_LIMIT


@SLOW
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("board", [board for board in SITES if board != "litert"])
def test_other_kernels_round_otherwise_and_do_nothing_else(
    board: str, task: Task, bundles: Bundles, board_of: BoardOf
) -> None:
    here, there = both(board, bundles.of(task, TARGET.get(board, "tflite"), "int8"), board_of)
    assert largest(here, there, "rms_levels") <= ROUNDING
    if (board, task) == ("onnx", "classification"):  # of ONNX Runtime only bilinear Resize rounds otherwise
        assert largest(here, there, "differing") == 0


@SLOW
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("task", TASKS)
def test_the_old_runtime_gives_the_same_on_32_bits(
    task: Task, precision: Precision, bundles: Bundles, board_of: BoardOf
) -> None:
    bundle = bundles.of(task, "tflite", precision)
    wide, narrow = (answers(board_of(board), bundle, images(32, seed=9)) for board in OLD)
    if precision == "float32":
        assert largest(wide, narrow, "max_over_spread") <= FLOAT_LIMIT
    else:
        assert largest(wide, narrow, "differing") == 0


@pytest.mark.parametrize(
    ("board", "precision"),
    [
        pytest.param(board, precision, marks=[] if board == "litert" or precision == "int8" else [SLOW])
        for board in SITES
        for precision in PRECISIONS
    ],
)
def test_two_layers_are_a_level_apart_at_most(
    board: str, precision: Precision, board_of: BoardOf, tmp_path: Path
) -> None:
    artifact = models.artifact(TARGET.get(board, "tflite"), tmp_path / "artifact", precision)
    write_bundle(artifact, tmp_path / "two_layers.pyz")
    here, there = both(board, tmp_path / "two_layers.pyz", board_of, models.pictures(32, seed=5))
    if precision == "float32":
        assert largest(here, there, "max_over_spread") <= FLOAT_LIMIT
    else:
        assert largest(here, there, "max_levels") <= 1.01


@SLOW
def test_another_network_is_noticed(bundles: Bundles, board_of: BoardOf, tmp_path: Path) -> None:
    """The limits can be missed: here by one network in the place of another."""
    apart: dict[str, Difference] = {}
    for precision in PRECISIONS:
        here = answers(None, bundles.of("detection", "tflite", precision), images(4, seed=9))
        there = answers(None, bundles.of("detection", "tflite", precision), images(4, seed=10))
        apart[precision] = differences(here, there)["cls"]
    assert apart["float32"].max_over_spread > FLOAT_LIMIT
    assert apart["int8"].rms_levels > ROUNDING
