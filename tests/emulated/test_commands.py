"""What a user types at the board, on a board with an emulated processor."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgecv.bundle import write_bundle
from edgecv.ondevice import load
from edgecv.records.recipe import Precision, Task
from tests.emulated.boards import SITES, Board
from tests.emulated.bundles import PRECISIONS, TASKS, Bundles
from tests.emulated.conftest import BoardOf
from tests.ondevice import models

from .test_equality import OLD, TARGET


@pytest.mark.parametrize(
    ("board", "task", "precision"),
    [
        pytest.param(*each, marks=[] if each[::2] == ("litert", "int8") else [pytest.mark.slow])
        for each in ((board, task, precision) for board in SITES for task in TASKS for precision in PRECISIONS)
    ],
)
def test_its_self_test_passes(
    board: str, task: Task, precision: Precision, bundles: Bundles, board_of: BoardOf
) -> None:
    bundle = bundles.of(task, TARGET.get(board, "tflite"), precision)
    accepted = ["--accept-runtime"] if board in OLD else []  # on which it was not verified
    done = board_of(board).run(bundle, "selftest", *accepted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok"}


def test_a_runtime_that_it_was_not_verified_on_is_refused(bundles: Bundles, board_of: BoardOf) -> None:
    done = board_of("tflite-runtime-armv7l").run(bundles.of("classification", "tflite", "int8"), "selftest")
    assert done.returncode == 5
    assert "FAILED  runtime: tflite-runtime 2.14.0" in done.stdout


@pytest.mark.parametrize(
    "board", [pytest.param(each, marks=[] if each in ("litert", OLD[1]) else [pytest.mark.slow]) for each in SITES]
)
def test_bench_gives_no_latency(board: str, board_of: BoardOf, tmp_path: Path) -> None:
    write_bundle(models.artifact(TARGET.get(board, "tflite"), tmp_path / "artifact"), tmp_path / "seen.pyz")
    done = board_of(board).run("seen.pyz", "bench", "--mode", "quick", folder=tmp_path)
    assert done.returncode == 6, done.stderr
    assert "the processor is emulated" in done.stderr
    measured = json.loads((tmp_path / "seen.measurement.json").read_text())
    assert measured["verdict"] == "FAILED"
    assert measured["device"]["probed"]["emulated"] is True
    assert measured["device"]["probed"]["arch"] == SITES[board].machine
    times = ("latency", "end_to_end", "cold_start_ms", "first_invoke_ms", "throughput", "soak", "energy_mj")
    assert {name: measured[name] for name in times} == dict.fromkeys(times)


@pytest.mark.parametrize("task", TASKS)
def test_it_sees_what_is_seen_here(task: Task, bundles: Bundles, board_of: BoardOf) -> None:
    bundle, photo = bundles.of(task, "tflite", "int8"), bundles.photo(task)
    done = board_of("litert").run(bundle, photo, "--json", folder=photo.parent)
    assert done.returncode == 0, done.stderr
    (there,) = json.loads(done.stdout)["predictions"]
    with load(bundle) as predictor:
        here = predictor.predict(photo)
    if task == "classification":
        best = {each["index"]: each["score"] for each in there["classes"]}
        assert best == pytest.approx(dict(enumerate(here.scores)), abs=1e-5)
    elif task == "detection":
        assert [each["index"] for each in there["objects"]] == here.indices.tolist()
        assert [each["box"] for each in there["objects"]] == [pytest.approx(box, abs=0.01) for box in here.boxes]
    else:
        assert sum(there["areas"].values()) == pytest.approx(1, abs=0.01)


@dataclass(frozen=True)
class Covered(Board):
    """A board whose emulator looks for each file in another folder first, and then among this machine's."""

    cover: Path = Path()

    @property
    def python(self) -> list[str]:
        command = super().python
        command[command.index("-L") + 1] = str(self.cover)
        return command


def without_sys(board: Board, folder: Path) -> Board:
    """A board whose /sys tells nothing about its processors, as in a container that hides it."""
    processors = folder / "sys/devices/system/cpu"
    processors.mkdir(parents=True)
    for name in ("possible", "present"):
        (processors / name).touch()
    for each in board.root.iterdir():
        (folder / each.name).symlink_to(each)
    return Covered(board.name, cover=folder)


def test_built_in_kernels_are_noticed_where_sys_is_hidden(bundles: Bundles, board_of: BoardOf, tmp_path: Path) -> None:
    board = without_sys(board_of("litert"), tmp_path / "cover")
    done = board.run(bundles.of("classification", "tflite", "int8"), "selftest")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "FAILED  kernels: expected XNNPACK, got builtin: is /sys there" in done.stdout


def test_a_board_has_its_own_packages_and_no_others(board_of: BoardOf) -> None:
    board = board_of("litert")
    done = board.run("-c", "import sys; print(*sys.path[1:], sep='\\n')")
    own = (str(board.site), str(board.root))
    assert [place for place in done.stdout.splitlines() if not place.startswith(own)] == []
