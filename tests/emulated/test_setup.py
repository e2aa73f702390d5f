"""Setting up emulated boards: what is there is left alone, and nothing is ever there by half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulated import archive, setup
from tests.emulated.setup import Part

Parts = Callable[..., None]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    """Sets what a set-up is made of."""
    monkeypatch.setattr(setup, "SITES", {})
    monkeypatch.setattr(setup, "mirror", lambda: None)

    def are(*chosen: Part) -> None:
        monkeypatch.setattr(setup, "all_parts", lambda: list(chosen))

    return are


def writes(content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "file").write_text(content)

    return write


def fails(folder: Path) -> None:
    (folder / "file").write_text("half")
    raise RuntimeError("the mirror is gone")


def test_what_is_there_is_left_alone_until_it_would_be_made_otherwise(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "roots/a/file"
    for content, version in (("first", 1), ("second", 1)):
        parts(Part("roots/a", writes(content), {"version": version}))
        setup.set_up(tmp_path)
        assert file.read_text() == "first"
    parts(Part("roots/a", writes("third"), {"version": 2}))
    setup.set_up(tmp_path)
    assert file.read_text() == "third"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "roots"]


def test_a_part_that_fails_is_not_there_and_the_next_set_up_makes_it(parts: Parts, tmp_path: Path) -> None:
    parts(Part("a", writes("whole"), 1), Part("b", fails, 1))
    with pytest.raises(RuntimeError, match="the mirror is gone"):
        setup.set_up(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "lock"]
    parts(Part("a", fails, 1), Part("b", writes("whole"), 1))
    setup.set_up(tmp_path)
    assert (tmp_path / "b/file").read_text() == "whole"


def test_what_a_killed_set_up_left_is_cleared(parts: Parts, tmp_path: Path) -> None:
    (tmp_path / "unfinished-x").mkdir()
    parts()
    setup.set_up(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_where_it_cannot_work_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(archive, "_os_release", lambda: {"ID": "fedora"})
    monkeypatch.setattr("sys.argv", ["setup", str(tmp_path / "emulated")])
    assert setup.main() == 4
    assert "no emulated boards on this machine: it needs Debian on x86_64, this is fedora" in capsys.readouterr().err


@pytest.mark.parametrize(
    "written",
    [
        "Types: deb\nURIs: mirror\nSigned-By: /keys/own.gpg\n",
        "# deb [signed-by=/keys/old.gpg] mirror\ndeb [arch=amd64 signed-by=/keys/own.gpg] mirror stable main\n",
    ],
    ids=["a field", "in brackets"],
)
def test_the_mirror_is_trusted_with_the_key_that_apt_trusts_it_with(written: str, tmp_path: Path) -> None:
    source = tmp_path / "sources"
    source.write_text(written)
    assert archive._keyring(source) == "/keys/own.gpg"
    source.write_text("deb mirror stable main\n")
    assert archive._keyring(source) is None
