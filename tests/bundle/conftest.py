"""Boards for tests: one a target, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edgecv.ondevice.engines import ENGINES
from tests.bundle.boards import Board, make_board
from tests.conftest import Need
from tests.ondevice import models

BoardFor = Callable[[str], Board]
PRECISIONS = {"tflite": "int8", "onnx": "float32", "openvino": "float32"}


@pytest.fixture(scope="session")
def board_for(tmp_path_factory: pytest.TempPathFactory, need: Need) -> BoardFor:
    """The board for a target; what tests leave on it, others find there."""
    made: dict[str, Board] = {}

    def make(target: str) -> Board:
        need(target, ENGINES[target].missing())
        if target not in made:
            place = tmp_path_factory.mktemp(target)
            made[target] = make_board(place / "board", models.artifact(target, place / "artifact", PRECISIONS[target]))
        return made[target]

    return make


@pytest.fixture(scope="session")
def board(board_for: BoardFor) -> Board:
    """The one that starts fastest."""
    return board_for("onnx")
