"""A board of another processor behind sshd: what its own Python and its own wheels make of a session."""

import dataclasses
import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgecv import hosts
from edgecv.cli.main import main
from edgecv.documents import load_device, read_measurement
from edgecv.errors import Unavailable
from edgecv.hosts import Argument, Made, given_artifact
from edgecv.records.device import Connection
from tests.conftest import ROOT, Need
from tests.hosts import loopback
from tests.hosts.loopback import LoopbackBoard

pytestmark = pytest.mark.slow
EMULATED = ROOT / ".emulated"  # as `make emulated` leaves it
PYTHON = """\
#!/bin/sh
export PYTHONPATH="$PYTHONPATH:{site}"
exec {emulator} -cpu cortex-a76 -L {root} {root}/usr/bin/python3.11 "$@"
"""


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Iterator[LoopbackBoard]:
    need("sshd", loopback.missing())
    places = {
        "site": EMULATED / "sites/onnx",
        "emulator": EMULATED / "emulator/qemu-aarch64",
        "root": EMULATED / "roots/aarch64",
    }
    if not all(place.exists() for place in places.values()):
        pytest.skip("the emulated boards are not set up: make emulated")
    python = PYTHON.format(**{name: shlex.quote(str(place)) for name, place in places.items()})
    folder = tmp_path_factory.mktemp("arm") / "board"
    yield from loopback.running(loopback.make_board(folder, "arm", python, "aarch64"))


@pytest.fixture
def board(arm: LoopbackBoard, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackBoard]:
    monkeypatch.setenv("PATH", f"{arm.folder / 'client'}{os.pathsep}{os.environ['PATH']}")
    yield arm
    arm.on_login("")
    arm.wait_until_clean(30)


def objects(board: LoopbackBoard, artifact, photos: Path, capsys) -> list[list[dict[str, Any]]]:
    words = ["predict", str(artifact.folder), str(photos), "--json", "--threshold", "0.5"]
    assert main([*words, "--device", str(board.profile)]) == 0
    return [each["objects"] for each in json.loads(capsys.readouterr().out)["predictions"]]


def test_it_tells_what_it_is(board, capsys) -> None:
    assert main(["devices", "--check", str(board.profile), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert (answer["arch"], answer["answers"]) == ("aarch64", True)
    assert answer["packages"]["onnxruntime"]


def test_its_predictions_are_those_of_this_machine(board, artifact, photos, capsys) -> None:
    there = objects(board, artifact, photos, capsys)
    assert main(["predict", str(artifact.folder), str(photos), "--json", "--threshold", "0.5"]) == 0
    here = [each["objects"] for each in json.loads(capsys.readouterr().out)["predictions"]]
    assert any(there)
    for mine, its in zip(here, there, strict=True):
        assert [each["label"] for each in its] == [each["label"] for each in mine]
        assert [each["score"] for each in its] == pytest.approx([each["score"] for each in mine], abs=1e-4)


def test_a_measurement_of_an_emulated_processor_is_none(board, artifact, tmp_path) -> None:
    out = tmp_path / "m.json"
    words = ["bench", str(artifact.folder), "--device", str(board.profile), "--mode", "quick", "--out", str(out)]
    assert main(words) == 6
    measured = read_measurement(out)
    assert measured.device.probed["emulated"] is True
    assert (measured.verdict, measured.latency) == ("FAILED", None)
    assert "emulated" in measured.reasons[0]


def test_a_line_that_is_cut_costs_nothing_there_either(board, artifact, photos, tmp_path) -> None:
    cuts: list[str] = []

    def cut(text: str) -> None:
        if text.startswith("1/") and not cuts and board.cut():
            cuts.append(text)

    out = tmp_path / "out.json"
    with hosts.at(load_device(board.profile).record, "test") as host:
        words: list[Argument] = ["predict", given_artifact(artifact), hosts.given_source(str(photos))]
        hosts.run(host, [*words, "--json", Made(out)], log=tmp_path / "log", on_progress=cut, limit_s=300)
    assert cuts
    assert len(json.loads(out.read_bytes())["predictions"]) == 4


def test_a_board_that_died_is_a_sentence_and_is_clear_after_the_next_run(board, artifact, photos, capsys, tmp_path):
    def die(text: str) -> None:
        if text.startswith("1/"):
            board.stop()
            board.cut()
            board.start()

    profile = load_device(board.profile).record
    words: list[Argument] = ["predict", given_artifact(artifact), hosts.given_source(str(photos))]
    words += ["--json", Made(tmp_path / "out.json")]
    with pytest.raises(Unavailable, match=r"^arm: "), hosts.at(profile, "test") as host:
        hosts.run(host, words, log=tmp_path / "log", on_progress=die, limit_s=300)
    assert objects(board, artifact, photos, capsys)


def test_a_stale_lease_and_a_python_that_is_not_there_are_dealt_with(board, artifact, photos, capsys) -> None:
    stale = {"session": "dead", "owner": "ann@desk", "boot": "an earlier one", "expires": 1e12}
    board.lease.write_text(json.dumps(stale))
    assert objects(board, artifact, photos, capsys)
    profile = load_device(board.profile).record
    wrong = dataclasses.replace(profile, connection=Connection("arm", "python3.7"))
    with pytest.raises(Unavailable, match=r"^arm: there is no python3\.7 there"):
        hosts.require_usable(wrong, ["onnx"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the board a small disk")
def test_a_full_disk_is_a_sentence(board, artifact, photos, capsys) -> None:
    cache = board.home / ".cache"
    cache.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", cache], check=True)
    try:
        assert main(["predict", str(artifact.folder), str(photos), "--device", str(board.profile)]) == 4
        said = capsys.readouterr().err
        assert said.startswith(f"arm: {board.cache}: ")
        assert "MB are needed and 32 MB are free; free some there" in said
        board.wait_until_clean(30)
    finally:
        subprocess.run(["umount", cache], check=True)
