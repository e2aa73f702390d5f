"""`edgecv probe` prints, or writes, a profile of the machine it runs on."""

import dataclasses
import json
import platform
from pathlib import Path

import pytest

from edgecv.cli.main import main
from edgecv.documents import load_device
from edgecv.ondevice.probe import look
from edgecv.records.files import write_json
from tests.ondevice.boards import lay_out, pi


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """As a Raspberry Pi 5 printed them."""
    return write_json(tmp_path / "pi5.json", dataclasses.asdict(look(lay_out(tmp_path / "root", pi.PI_5), "aarch64")))


def test_the_profile_of_this_machine_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    assert main(["probe", "--out", str(tmp_path / "mine.yaml")]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"profile   {tmp_path / 'mine.yaml'}\nnot found: ")
    profile = load_device(tmp_path / "mine.yaml").record
    assert profile.arch == platform.machine()
    assert "onnx" in profile.runtimes
    assert main(["probe"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[2:] == (tmp_path / "mine.yaml").read_text().splitlines()[2:]


def test_facts_of_a_board_serve_as_well(facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--from", str(facts), "--out", str(tmp_path / "pi5.yaml"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["profile"]["name"] == "pi5"
    assert document["profile"]["cpu"]["features"] == ["asimd", "asimdhp", "asimddp"]
    assert document["machine"]["board"] == "Raspberry Pi 5 Model B Rev 1.0"
    assert load_device(tmp_path / "pi5.yaml").record.runtimes["tflite"].versions == ">=2.3.0"


def test_a_profile_is_never_overwritten(facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("edited by hand")
    assert main(["probe", "--from", str(facts), "--out", str(tmp_path / "mine.yaml")]) == 3
    assert "there is a file already" in capsys.readouterr().err
    assert (tmp_path / "mine.yaml").read_text() == "edited by hand"


def test_a_name_that_no_command_would_take_for_a_file_is_refused(facts: Path, tmp_path: Path) -> None:
    assert main(["probe", "--from", str(facts), "--out", str(tmp_path / "mine")]) == 2
    assert not (tmp_path / "mine").exists()
