"""This machine as a place to work at, which others may use, too."""

import os
import tempfile
from pathlib import Path

import pytest

from edgecv import hosts
from edgecv.hosts.local import run_module


def test_a_link_that_somebody_laid_in_place_of_the_lock_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "precious").write_text("kept")
    (tmp_path / f"edgecv-bench-{os.getuid()}.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"), hosts.at(None, "bench", measuring=True):
        pass
    assert (tmp_path / "precious").read_text() == "kept"


def test_modules_are_found_where_python_keeps_the_current_folder_out_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "its_own.py").write_text("print('progress: here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    said: list[str] = []
    run_module("its_own", [], log=tmp_path / "log", on_progress=said.append)
    assert said == ["here"]
