"""Artifacts in turns: who is next, what the others do meanwhile, and what comes of it."""

import os
import random
import time
from pathlib import Path

import pytest

from edgecv import bench
from edgecv.bench import runner
from edgecv.bench.player import Player
from edgecv.hosts.board.memory import Guard
from edgecv.hosts.local import Child, Here
from edgecv.ondevice.bench.turns import FEWEST_ROUNDS, GO, STOP
from edgecv.ondevice.engines import ENGINES
from edgecv.ondevice.probes.contention import process_time
from edgecv.records.measurement import Measurement
from tests.bench.hasty import HASTY
from tests.conftest import Need
from tests.ondevice import models

ROOT = Path(__file__).parents[2]


class Scripted:
    """A player that has enough after some rounds, and leaves at its own limit."""

    def __init__(self, name: str, told: list[tuple[str, str]], enough_after: int, limit: int = 1000) -> None:
        self.name, self.told, self.enough_after, self.limit = name, told, enough_after, limit
        self.waiting, self.enough, self.rounds = True, False, 0

    def take_turn(self, order: str) -> None:
        self.told.append((self.name, order))
        self.rounds += 1
        self.enough = self.rounds >= self.enough_after
        self.waiting = order == GO and self.rounds < self.limit


def play(*players: Scripted, seed: int = 0) -> None:
    runner._play(players, random.Random(seed))  # type: ignore[arg-type]


def test_a_round_has_each_once_and_all_go_on_until_the_last_has_enough() -> None:
    told: list[tuple[str, str]] = []
    play(Scripted("a", told, 1), Scripted("b", told, FEWEST_ROUNDS + 5), Scripted("c", told, 3))
    rounds = [told[start : start + 3] for start in range(0, len(told), 3)]
    assert len(rounds) == FEWEST_ROUNDS + 6
    assert all({name for name, _ in each} == {"a", "b", "c"} for each in rounds)
    assert {order for each in rounds[:-1] for _, order in each} == {GO}
    assert {order for _, order in rounds[-1]} == {STOP}


def test_the_order_changes_from_round_to_round_and_is_the_same_for_a_seed() -> None:
    def orders(seed: int) -> list[str]:
        told: list[tuple[str, str]] = []
        play(*(Scripted(name, told, 1) for name in "abc"), seed=seed)
        return ["".join(name for name, _ in told[start : start + 3]) for start in range(0, len(told), 3)]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    assert len(set(orders(1))) > 3
    assert len({order[0] for order in orders(1)}) == 3


def test_fewer_rounds_than_a_ratio_needs_are_not_enough() -> None:
    told: list[tuple[str, str]] = []
    play(Scripted("a", told, 1), Scripted("b", told, 1))
    assert sum(order == GO for _, order in told) == 2 * FEWEST_ROUNDS


def test_one_that_reaches_its_limit_leaves_the_others_at_it() -> None:
    told: list[tuple[str, str]] = []
    play(Scripted("a", told, 1, limit=3), Scripted("b", told, FEWEST_ROUNDS))
    assert sum(name == "a" for name, _ in told) == 3
    assert told[-1] == ("b", STOP)


def test_one_that_waits_for_its_turn_burns_no_processor_time(tmp_path: Path, need: Need) -> None:
    need("openvino", ENGINES["openvino"].missing())
    job = bench.Job(models.artifact("openvino", tmp_path / "tiny"), tmp_path / "out.json", mode="quick")
    with Player(job, Here(), Guard(None, None), None, in_turns=True, limit_s=60) as player:
        player.begin()
        assert player.waiting
        assert isinstance(player._child, Child)
        before = process_time(Path("/"), player._child.pid)
        time.sleep(0.5)
        after = process_time(Path("/"), player._child.pid)
    assert before is not None
    assert after is not None
    assert after - before <= 0.02


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, need: Need) -> list[Measurement]:
    """Two real ones, in turns, with blocks that are as short as a test."""
    for target in ("onnx", "tflite"):
        need(target, ENGINES[target].missing())
    folder = tmp_path_factory.mktemp("pair")
    jobs = [
        bench.Job(models.artifact(target, folder / target), folder / f"{target}.json", mode="quick")
        for target in ("onnx", "tflite")
    ]
    (folder / "sitecustomize.py").write_text(HASTY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT}")
        return [each for each in bench.measure_all(jobs) if isinstance(each, Measurement)]


def test_two_in_turns_take_as_many_blocks_and_are_compared(pair: list[Measurement]) -> None:
    first, second = (each.interleaved for each in pair)
    assert first
    assert second
    assert first.digests == second.digests == tuple(each.artifact.digest for each in pair)
    assert (first.ratio, second.pairs) == (None, min(first.blocks, second.blocks))
    assert second.pairs >= FEWEST_ROUNDS
    assert second.ratio
    assert second.ratio > 0
