"""Altered bundles are refused, whatever was altered in them, and however they are opened."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from edgecv.bundle import write_bundle
from edgecv.bundle.writing import SHEBANG
from edgecv.errors import InputError
from edgecv.ondevice.bundle.main import main
from edgecv.ondevice.engines import ENGINES
from edgecv.ondevice.predictor import load
from edgecv.records.bundle import ARTIFACT, CONTENTS, read_member
from edgecv.records.seal import DIGEST_BYTES, places_if_whole, seal
from tests.bundle.boards import Board
from tests.conftest import Need
from tests.ondevice import models


@pytest.fixture
def bundle(tmp_path: Path, need: Need) -> Path:
    need("onnx", ENGINES["onnx"].missing())
    path = tmp_path / "seen.pyz"
    write_bundle(models.artifact("onnx", tmp_path / "artifact"), path)
    return path


def rewrite(bundle: Path, name: str, content: bytes | None) -> None:
    """Replace, add or (None) drop a member, as an editor of zip files would."""
    with zipfile.ZipFile(bundle) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members.update({name: content} if content is not None else {})
    with zipfile.ZipFile(bundle, "w") as archive:
        for each, bytes_ in members.items():
            if content is not None or each != name:
                archive.writestr(each, bytes_)


def member(bundle: Path, name: str) -> bytes:
    with zipfile.ZipFile(bundle) as archive:
        return archive.read(name)


ALTERED = [
    "artifact/model.onnx",
    "artifact/manifest.json",
    "artifact/golden/cls.npy",
    "artifact/samples.png",
    "edgecv/ondevice/nms.py",
    "__main__.py",
]


@pytest.mark.parametrize("name", ALTERED)
def test_a_flipped_byte_in_any_member_is_refused(bundle: Path, name: str) -> None:
    content = bytearray(member(bundle, name))
    content[len(content) // 2] ^= 1
    rewrite(bundle, name, bytes(content))
    with pytest.raises(InputError, match=f"{name}: altered since the bundle was made"):
        load(bundle)


def test_the_self_test_catches_it_too(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(bundle, "artifact/manifest.json", member(bundle, "artifact/manifest.json").replace(b"0.6", b"0.5"))
    assert main(str(bundle), ["selftest"]) == 3
    assert "artifact/manifest.json: altered since the bundle was made" in capsys.readouterr().err


def test_a_flipped_byte_of_the_file_itself_is_refused(bundle: Path) -> None:
    """As a bad memory card flips it: the list of what is in the zip file knows nothing of it."""
    content = bytearray(bundle.read_bytes())
    with zipfile.ZipFile(bundle) as archive:
        place = archive.getinfo("artifact/model.onnx")
    content[place.header_offset + 200] ^= 4
    bundle.write_bytes(bytes(content))
    with pytest.raises(InputError, match=r"model\.onnx: altered since the bundle was made"):
        load(bundle)


def test_no_byte_of_the_file_can_be_flipped_unnoticed(bundle: Path) -> None:
    """Whatever it belongs to: a member, the list of members, or the seal itself, without which members are compared."""
    content = bundle.read_bytes()
    wanted = [read_member(bundle, f"artifact/{name}") for name in ("manifest.json", "model.onnx")]
    refused = 0
    for place in [*range(len(SHEBANG), len(content), 1499), *range(len(content) - 400, len(content), 13)]:
        altered = bytearray(content)
        altered[place] ^= 2
        bundle.write_bytes(altered)
        os.utime(bundle, ns=(place, place))
        try:
            assert [read_member(bundle, f"artifact/{name}") for name in ("manifest.json", "model.onnx")] == wanted
        except InputError:
            refused += 1
    assert refused > len(content) // 1499 / 2


def test_a_bundle_that_was_only_packed_anew_is_accepted(bundle: Path) -> None:
    """Its seal is gone, and every member is as it was."""
    rewrite(bundle, CONTENTS, member(bundle, CONTENTS))
    assert places_if_whole(bundle) is None
    load(bundle).close()


def test_the_seal_says_where_members_lie(bundle: Path) -> None:
    places = places_if_whole(bundle)
    assert places
    assert sorted(places) == sorted(name for name in zipfile.ZipFile(bundle).namelist() if name.startswith(ARTIFACT))
    assert all(read_member(bundle, name) == member(bundle, name) for name in places)


@pytest.mark.parametrize(
    "places",
    [
        b"no json",
        b"[]",
        b'{"artifact/model.onnx": 5}',
        b'{"artifact/model.onnx": [-5, 9]}',
        b'{"artifact/model.onnx": ["a", {}]}',
    ],
)
def test_a_seal_with_nonsense_in_it_is_none(bundle: Path, places: bytes) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.comment = comment = b"0" * DIGEST_BYTES + places
    bundle.write_bytes(seal(bundle.read_bytes(), comment))
    assert places_if_whole(bundle) is None
    load(bundle).close()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("artifact/model.onnx", None, "gone from the bundle"),
        ("numpy/__init__.py", b"", "does not belong to the bundle"),
        ("../escaped.py", b"", "leads out of the bundle"),
        ("/etc/escaped", b"", "leads out of the bundle"),
        (CONTENTS, b"[]", "contents.json cannot be read"),
        (CONTENTS, None, "not a bundle: it has no contents.json"),
    ],
)
def test_members_that_are_gone_or_nobodys_are_refused(
    bundle: Path, name: str, content: bytes | None, sentence: str
) -> None:
    rewrite(bundle, name, content)
    with pytest.raises(InputError, match=sentence):
        load(bundle)


def test_half_a_bundle_is_refused(bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:20000])
    with pytest.raises(InputError, match="damaged"):
        load(bundle)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no zip file")
    with pytest.raises(InputError, match=r"photo\.jpg: damaged"):
        load(tmp_path / "photo.jpg")


def test_damaged_code_is_a_sentence_on_the_board(board: Board, tmp_path: Path) -> None:
    """Python cannot even read it: the sentence is that of the first lines of the bundle."""
    original = board.bundle.read_bytes()
    rewrite(board.bundle, "edgecv/ondevice/child.py", b"def def\n")
    done = board.run("photo.png")
    board.bundle.write_bytes(original)
    assert done.returncode == 3
    assert done.stderr.startswith("error: seen.pyz: damaged: ")
    assert "Traceback" not in done.stderr
