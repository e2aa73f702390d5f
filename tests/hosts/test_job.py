"""The child on a board, by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edgecv.hosts.board import job
from edgecv.hosts.board.memory import Guard

FOREVER = "while True: print('and on it goes ' * 100)"


def test_one_that_prints_without_end_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "MOST_SAID", 1 << 20)
    child = job.Job(tmp_path / "job", [sys.executable, "-c", FOREVER], {}, limit_s=60)
    while not child.ended:
        child.look(Guard(None, None))
    assert child.outcome["reason"] == "it printed more than 1 MB; ended"
    assert (tmp_path / "job" / job.LOG).stat().st_size < 2 << 20
