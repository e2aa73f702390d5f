"""Who has a board: one at a time, until it is given back or stale."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edgecv.hosts.board import lease
from edgecv.hosts.board.lease import Lease, began, holder


@pytest.fixture(autouse=True)
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "edgecv.lease"
    monkeypatch.setattr(lease, "place", lambda: place)
    return place


def test_the_first_has_it_and_the_second_is_told_who(shared: Path) -> None:
    assert Lease("a", {"owner": "ann@desk", "purpose": "bench"}).take() is None
    refused = Lease("b", {}).take()
    assert refused
    assert (refused["owner"], refused["purpose"], refused["session"]) == ("ann@desk", "bench", "a")
    assert holder()
    assert json.loads(shared.read_text())["session"] == "a"


def test_it_is_free_once_it_was_given_back(shared: Path) -> None:
    first = Lease("a", {})
    first.take()
    first.release()
    assert not shared.exists()
    assert holder() is None
    assert Lease("b", {}).take() is None


def test_of_many_that_come_at_once_one_has_it() -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda number: Lease(str(number), {}).take(), range(64)))
    assert answers.count(None) == 1


def test_one_that_was_not_renewed_in_time_is_taken_over_and_its_holder_notices(monkeypatch) -> None:
    late = Lease("a", {})
    late.take()
    now = lease._now()
    monkeypatch.setattr(lease, "_now", lambda: now + lease.TERM_S - 1)
    assert Lease("b", {}).take()
    monkeypatch.setattr(lease, "_now", lambda: now + lease.TERM_S + 1)
    assert Lease("b", {}).take() is None
    assert not late.renew()
    late.release()
    assert holder()


def test_one_that_is_renewed_lasts(monkeypatch) -> None:
    kept, now = Lease("a", {}), lease._now()
    kept.take()
    monkeypatch.setattr(lease, "_now", lambda: now + lease.TERM_S - 1)
    assert kept.renew()
    monkeypatch.setattr(lease, "_now", lambda: now + lease.TERM_S + 1)
    assert Lease("b", {}).take()


@pytest.mark.parametrize("shift_s", [-10 * 365 * 86400, 10 * 365 * 86400])
def test_a_clock_that_is_set_anew_changes_nothing(shift_s: int, monkeypatch) -> None:
    Lease("a", {}).take()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + shift_s)
    assert Lease("b", {}).take()


def test_one_from_before_the_last_start_is_stale(monkeypatch) -> None:
    Lease("a", {}).take()
    monkeypatch.setattr(lease, "_boot", lambda: "another")
    assert Lease("b", {}).take() is None


@pytest.mark.parametrize("content", [b"", b'{"session": "a", "exp', b"[]", b'{"session": "a"}', b"\xff\x00"])
def test_a_holder_that_died_while_it_wrote_has_nothing(content: bytes, shared: Path) -> None:
    shared.write_bytes(content)
    assert holder() is None
    assert Lease("b", {}).take() is None


def sleeper(folder: Path, shared: Path) -> "subprocess.Popen[bytes]":
    """A process in a folder, which a lease that has run out calls its holder."""
    folder.mkdir(parents=True)
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=folder)
    words = {"session": "a", "boot": lease._boot(), "expires": 0, "pid": started.pid, "began": began(started.pid)}
    shared.write_text(json.dumps(words))
    return started


def test_whoever_slept_over_its_lease_is_ended_before_it_can_wake_up(shared: Path, tmp_path: Path) -> None:
    slept = sleeper(tmp_path / "sessions/a", shared)
    assert Lease("b", {}).take() is None
    assert slept.wait(10) == -9


@pytest.mark.parametrize("folder", ["home", "sessions/b", "a"])
def test_a_lease_that_anybody_may_write_ends_no_process_but_its_keeper(
    folder: str, shared: Path, tmp_path: Path
) -> None:
    other = sleeper(tmp_path / folder, shared)
    assert Lease("b", {}).take() is None
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(0.3)
    other.kill()
    other.wait()


def test_one_whose_holder_has_ended_is_stale_at_once(shared: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    Lease("a", {}).take()
    words = json.loads(shared.read_text())
    assert Lease("b", {}).take()
    shared.write_text(json.dumps({**words, "pid": ended.pid, "numbered_by": "another container"}))
    assert Lease("b", {}).take()
    shared.write_text(json.dumps({**words, "pid": ended.pid}))
    assert Lease("b", {}).take() is None


def test_another_process_of_the_same_number_is_left_alone(shared: Path) -> None:
    shared.write_text(json.dumps({"session": "a", "expires": 0, "boot": "", "pid": os.getpid(), "began": "0"}))
    assert Lease("b", {}).take() is None


def test_a_link_in_its_place_is_not_followed(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    shared.symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"):
        Lease("a", {}).take()
    assert (tmp_path / "precious").read_text() == "kept"
