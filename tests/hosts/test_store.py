"""What a board keeps, by content."""

import hashlib
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from edgecv.errors import EdgecvError, InputError, Unavailable
from edgecv.hosts.board.store import MARGIN, UNUSED_S, Store

CONTENT = b"some weights" * 1000


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_file_that_comes_in_pieces_is_there_when_the_last_one_is(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    key, size = digest(CONTENT), len(CONTENT)
    assert kept.lacking({key: size}) == {key: 0}
    kept.put(key, 0, CONTENT[:5000], size)
    assert kept.lacking({key: size}) == {key: 5000}
    kept.put(key, 0, CONTENT[:5000], size)  # the answer was lost, and it comes again
    kept.put(key, 5000, CONTENT[5000:], size)
    kept.put(key, 5000, CONTENT[5000:], size)
    assert kept.lacking({key: size}) == {}
    kept.lay({"a/b": key}, tmp_path / "session")
    assert (tmp_path / "session/a/b").read_bytes() == CONTENT


def test_what_is_not_what_its_name_says_is_refused_and_gone(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    with pytest.raises(Unavailable, match="what arrived is not what was sent"):
        kept.put(digest(CONTENT), 0, b"x" * len(CONTENT), len(CONTENT))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/../../up"])
def test_nothing_is_laid_outside_its_folder(name: str, tmp_path: Path) -> None:
    kept = Store(tmp_path)
    kept.put(digest(CONTENT), 0, CONTENT, len(CONTENT))
    with pytest.raises(InputError, match="leads out of its folder"):
        kept.lay({name: digest(CONTENT)}, tmp_path / "session")


@pytest.mark.parametrize("key", ["sha256:../../../up", "sha256:" + "A" * 64, "md5:" + "0" * 32])
def test_a_digest_is_no_path(key: str, tmp_path: Path) -> None:
    with pytest.raises(EdgecvError, match="expected a digest"):
        Store(tmp_path).put(key, 0, b"", 0)


def test_a_disk_that_is_short_of_space_loses_first_what_nobody_needs_now(tmp_path: Path, monkeypatch) -> None:
    kept = Store(tmp_path)
    contents = [bytes([number]) * 1000 for number in range(3)]
    for age, content in enumerate(contents):
        kept.put(digest(content), 0, content, 1000)
        os.utime(tmp_path / "objects" / digest(content)[7:], (age, age))
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: usage(MARGIN + 1000 * (4 - len(list(tmp_path.glob("objects/*")))))
    )
    kept.make_room(2000, keep=[digest(contents[0])])
    assert {path.name for path in tmp_path.glob("objects/*")} == {digest(contents[0])[7:], digest(contents[2])[7:]}
    with pytest.raises(Unavailable, match="MB are needed and 32 MB are free; free some there"):
        kept.make_room(4000, keep=[digest(each) for each in contents])


def test_what_nobody_used_for_a_month_goes(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    for content in (b"old", b"new"):
        kept.put(digest(content), 0, content, 3)
    old = tmp_path / "objects" / digest(b"old")[7:]
    os.utime(old, (old.stat().st_mtime - UNUSED_S - 1,) * 2)
    kept.put(digest(b"half"), 0, b"ha", 4)
    kept.tidy()
    assert [path.name for path in tmp_path.glob("objects/*")] == [digest(b"new")[7:]]
