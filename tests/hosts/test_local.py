"""This machine as a place to work at, which others may use, too."""

import os
import tempfile
from pathlib import Path

import pytest

from edgecv import hosts


def test_a_link_that_somebody_laid_in_place_of_the_lock_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "precious").write_text("kept")
    (tmp_path / f"edgecv-bench-{os.getuid()}.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"), hosts.at(None, "bench", measuring=True):
        pass
    assert (tmp_path / "precious").read_text() == "kept"
