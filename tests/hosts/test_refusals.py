"""A board that cannot be used is one sentence, which says what to do."""

import dataclasses
import json
from typing import Any

import pytest

from edgecv import hosts
from edgecv.cli.main import main
from edgecv.documents import load_device
from edgecv.errors import Unavailable
from edgecv.hosts.ssh import held
from edgecv.records.device import Connection
from tests.hosts.loopback import LoopbackBoard


def use(board: LoopbackBoard, **changes: Any) -> None:
    profile = load_device(board.profile).record
    hosts.require_usable(dataclasses.replace(profile, **changes), ["onnx"])


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no python": ({"connection": Connection("board", "no-such-python")}, "there is no no-such-python there ("),
    "a python that is quoted": ({"connection": Connection("board", "x; touch o")}, "there is no x; touch o there ("),
    "unknown to ssh": ({"connection": Connection("no.invalid")}, "cannot be reached by ssh (no.invalid): "),
    "another processor": ({"arch": "armv7l"}, "its profile says armv7l, and the board is "),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_wrong_is_one_sentence(board, case: str) -> None:
    changes, sentence = REFUSALS[case]
    with pytest.raises(Unavailable) as refused:
        use(board, **changes)
    assert str(refused.value).startswith(f"board: {sentence}")
    assert "\n" not in str(refused.value)
    assert not (board.home / "o").exists()


def test_what_is_missing_is_named_with_the_command_to_install_it(board, artifact, tmp_path, capsys) -> None:
    aside = [path.rename(board.folder / path.name) for path in board.folder.glob("site/onnxruntime*")]
    try:
        code = main(["bench", str(artifact.folder), "--device", str(board.profile), "--out", str(tmp_path / "m.json")])
    finally:
        for path in aside:
            path.rename(board.folder / "site" / path.name)
    assert code == 4
    expected = "board: python3 there lacks onnxruntime; type there: python3 -m pip install onnxruntime\n"
    assert capsys.readouterr().err == expected


def test_an_old_python_is_told_which_it_takes(board) -> None:
    python = board.folder / "bin/python3"
    script = python.read_text()
    old = ' -c "import sys; sys.version_info = (3, 6, 9); exec(sys.argv[2])" "$@"'
    python.write_text(script.replace(' "$@"', old))
    try:
        with pytest.raises(Unavailable, match=r"^board: needs Python 3\.8 or later, its python3 is 3\.6\.9$"):
            use(board)
    finally:
        python.write_text(script)


def test_a_host_key_that_is_not_known_is_refused(board) -> None:
    known = (board.folder / "known").read_text()
    (board.folder / "known").write_text("")
    try:
        with pytest.raises(Unavailable, match="Host key verification failed"):
            use(board)
    finally:
        (board.folder / "known").write_text(known)


def test_the_check_tells_which_boards_answer(board, tmp_path, capsys) -> None:
    dead = tmp_path / "dead.yaml"
    dead.write_text(board.profile.read_text().replace("ssh: board", "ssh: no.invalid"))
    assert main(["devices", "--check", str(board.profile), str(dead), "--json"]) == 4
    said = capsys.readouterr()
    alive, silent = json.loads(said.out)
    assert (alive["name"], alive["answers"], alive["lease"]) == ("board", True, None)
    assert alive["packages"]["onnxruntime"]
    assert alive["disk_mb"] > 0
    assert (silent["name"], silent["answers"]) == ("dead", False)
    assert said.err.startswith("dead: cannot be reached by ssh (no.invalid): ")


def test_the_check_says_which_profiles_name_no_board(board, capsys) -> None:
    assert main(["devices", "--check", str(board.profile), "raspberry_pi_5"]) == 0
    assert capsys.readouterr().err == "raspberry_pi_5: not asked, since its profile has no connection\n"


def test_the_check_calls_no_board_usable_whose_profile_is_wrong(board, tmp_path, capsys) -> None:
    other = tmp_path / "other.yaml"
    text = board.profile.read_text()
    other.write_text("".join("arch: armv7l\n" if each.startswith("arch:") else each for each in text.splitlines(True)))
    assert main(["devices", "--check", str(other)]) == 4
    said = capsys.readouterr()
    assert "cannot be used" in said.out
    assert "lacks" not in said.out
    assert said.err.startswith("other: its profile says armv7l, and the board is ")


@pytest.mark.parametrize("since", [None, "noon", 1e300, []])
def test_a_lease_that_says_odd_things_can_be_told(since: Any) -> None:
    assert held({"owner": "ann\x1b[2J@desk", "since": since, "purpose": ""}) == "ann[2J@desk, for something"
