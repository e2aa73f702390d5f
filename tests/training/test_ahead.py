"""Threads that work ahead: in order, never far ahead, and gone afterwards."""

import itertools
import threading
import time

import pytest

from edgecv.training.ahead import SPARE, Ahead


def test_results_come_in_order_however_long_each_takes() -> None:
    def slow_if_even(number: int) -> int:
        time.sleep(0.01 * (number % 2 == 0))
        return number

    assert list(Ahead(slow_if_even, range(20), workers=4)) == list(range(20))


def test_no_more_is_made_than_the_threads_and_a_few_to_spare() -> None:
    made: list[int] = []
    batches = Ahead(made.append, itertools.count(), workers=2)
    for asked in range(1, 4):
        next(batches)
        deadline = time.monotonic() + 5
        while len(made) < asked + 2 + SPARE and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.01)
        assert len(made) == asked + 2 + SPARE
    batches.stop()


def test_the_threads_work_at_the_same_time() -> None:
    both = threading.Barrier(2)
    assert sorted(Ahead(lambda _: both.wait(timeout=10), range(2), workers=2)) == [0, 1]


def test_a_mistake_comes_in_its_turn_and_ends_the_threads() -> None:
    before = threading.active_count()
    results = Ahead(lambda number: 6 // (3 - number), itertools.count(), workers=2)
    assert [next(results) for _ in range(3)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert threading.active_count() == before
    assert list(results) == []


def test_who_waits_for_a_result_is_let_go_when_all_is_stopped() -> None:
    release = threading.Event()
    results = Ahead(lambda _: release.wait(10), itertools.count(), workers=1)
    waiting = threading.Thread(target=lambda: list(results))
    waiting.start()
    threading.Timer(0.05, release.set).start()
    results.stop()
    waiting.join(timeout=10)
    assert not waiting.is_alive()
