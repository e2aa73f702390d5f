"""What a board says is installed there."""

from pathlib import Path

import pytest

from edgecv.hosts.board import facts


def test_a_module_that_several_packages_bring_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shared_module.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(facts, "MODULES", {"first": "shared_module", "second": "shared_module", "gone": "no_module"})
    assert facts._packages() == {"first": ""}
    told = tmp_path / "second-2.0.dist-info/METADATA"
    told.parent.mkdir()
    told.write_text("Metadata-Version: 2.1\nName: second\nVersion: 2.0\n")
    assert facts._packages() == {"second": "2.0"}


def test_a_board_tells_of_opencv_which_resizes_its_images() -> None:
    assert {facts.MODULES[package] for package in facts.OPENCV} == {"cv2"}
