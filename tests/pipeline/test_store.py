"""Finished work is found again, unfinished work never is."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from edgecv.errors import InputError
from edgecv.pipeline.store import SEAL, Store


def make(store: Store, key: str, text: str = "made") -> Path:
    with store.claim("stage", key) as claim:
        if claim.finished is None:
            (claim.folder / "result.txt").write_text(text)
            claim.finish(f"result {key}")
        assert claim.finished is not None
        return claim.finished


def test_finished_work_is_reused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = make(store, "a", "first")
    assert (make(store, "a", "second") / "result.txt").read_text() == "first"
    assert store.find("stage", "a") == first


def test_what_is_added_to_finished_work_is_counted_and_leaves_it_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.claim("export", "key") as claim:
        (claim.folder / "first").write_bytes(b"1234")
        claim.finish("a network")
        before = store.entries()[0].size_bytes
        assert claim.finished is not None
        (claim.finished / "second").write_bytes(b"12345678")
        claim.add()
    (entry,) = store.entries()
    assert (entry.about, entry.size_bytes) == ("a network", before + 8)
    assert store.find("export", "key") == entry.folder


def test_work_that_failed_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ZeroDivisionError), store.claim("stage", "a") as claim:
        (claim.folder / "half.txt").write_text("half")
        raise ZeroDivisionError
    assert store.find("stage", "a") is None
    assert list(store.unfinished.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncate", "remove", "seal"])
def test_damaged_work_is_made_again(tmp_path: Path, damage: str) -> None:
    store = Store(tmp_path)
    folder = make(store, "a", "first")
    if damage == "truncate":
        (folder / "result.txt").write_text("")
    elif damage == "remove":
        (folder / "result.txt").unlink()
    else:
        (folder / SEAL).write_text("{")
    assert (make(store, "a", "second") / "result.txt").read_text() == "second"


def _hold(root: Path, ready: Path) -> None:
    with Store(root).claim("stage", "a") as claim:
        (claim.folder / "half.txt").write_text("half")
        ready.touch()
        time.sleep(60)


def _held_claim(root: Path) -> multiprocessing.process.BaseProcess:
    ready = root / "ready"
    process = multiprocessing.get_context("spawn").Process(target=_hold, args=(root, ready))
    process.start()
    deadline = time.monotonic() + 30
    while not ready.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def test_a_killed_maker_releases_its_claim_and_its_half_work_is_not_believed(tmp_path: Path) -> None:
    process = _held_claim(tmp_path)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    store = Store(tmp_path)
    assert store.find("stage", "a") is None
    folder = make(store, "a")
    assert sorted(path.name for path in folder.iterdir()) == [SEAL, "result.txt"]


def test_prune_leaves_work_in_progress_alone(tmp_path: Path) -> None:
    process = _held_claim(tmp_path)
    store = Store(tmp_path)
    make(store, "b")
    try:
        dropped = store.prune(unused_days=0)
        assert [entry.key for entry in dropped] == ["b"]
        assert (store.unfinished / "stage-a" / "half.txt").exists()
    finally:
        process.kill()
        process.join()
    store.prune(unused_days=0)
    assert list(store.unfinished.iterdir()) == []


def test_prune_keeps_what_was_used_lately(tmp_path: Path) -> None:
    store = Store(tmp_path)
    make(store, "a")
    assert store.prune(unused_days=1) == []
    assert [entry.about for entry in store.entries()] == ["result a"]


def test_a_store_that_cannot_be_written_is_named_with_the_cure(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(InputError, match="EDGECV_CACHE"), Store(blocked / "store").claim("stage", "a"):
        pass
