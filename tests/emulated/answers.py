"""What the network of a bundle answers, on an emulated board and here, and how far the two are apart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.emulated.boards import Board

SCRIPT = Path(__file__).with_name("on_board.py")
LEVELS = 255  # steps of an 8-bit integer


@dataclass(frozen=True)
class Answers:
    outputs: Mapping[str, np.ndarray]
    scales: Mapping[str, float | None]  # of one level, where an output is an integer
    runtime: str
    kernels: str | None
    runtime_precision: str


@dataclass(frozen=True)
class Difference:
    """Of one output. A level is one of the output's own, or the 255th part of its spread where it leaves as a float."""

    values: int
    distinct: int  # different values, here
    differing: float  # share of all
    max_levels: float
    rms_levels: float
    within_a_level: float  # share of all
    max_over_spread: float


def answers(board: Board | None, bundle: Path, images: np.ndarray) -> Answers:
    """Of the board, or of this machine where there is none."""
    with TemporaryDirectory() as scratch:
        given, kept = Path(scratch) / "images.npy", Path(scratch) / "answers.npz"
        np.save(given, images)
        done = board.run(SCRIPT, bundle, given, kept) if board else _here(SCRIPT, bundle, given, kept)
        assert done.returncode == 0, done.stderr
        with np.load(kept) as file:
            outputs = dict(file)
    facts: dict[str, Any] = json.loads(done.stdout)
    return Answers(outputs=outputs, **facts)


def _here(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False, timeout=900)


def differences(here: Answers, there: Answers) -> dict[str, Difference]:
    """By the names of the outputs."""
    assert here.outputs.keys() == there.outputs.keys()
    return {name: _difference(values, there.outputs[name], here.scales[name]) for name, values in here.outputs.items()}


def _difference(here: np.ndarray, there: np.ndarray, scale: float | None) -> Difference:
    spread = float(np.ptp(here))
    apart = np.abs(here.astype(np.float64) - there)
    levels = apart / (scale or spread / LEVELS)
    return Difference(
        values=here.size,
        distinct=len(np.unique(here)),
        differing=float((apart > 0).mean()),
        max_levels=float(levels.max()),
        rms_levels=float(np.sqrt((levels**2).mean())),
        within_a_level=float((levels < 1.01).mean()),
        max_over_spread=float(apart.max()) / spread,
    )
