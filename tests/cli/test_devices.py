"""`edgecv devices` lists the registry, and shows one profile by name or path."""

import json
from pathlib import Path

import pytest

from edgecv.cli.main import main
from edgecv.documents import names


def test_the_list_names_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == names("devices")


def test_json_is_an_array_for_all_and_an_object_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--json"]) == 0
    profiles = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in profiles] == names("devices")
    assert main(["devices", "raspberry_pi_5", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one in profiles
    assert one["runtimes"]["tflite"]["precisions"][-1] == "int16x8"


def test_a_path_serves_where_a_name_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "raspberry_pi_4"]) == 0
    (tmp_path / "mine.yaml").write_text(capsys.readouterr().out)
    assert main(["devices", str(tmp_path / "mine.yaml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "mine"


def test_an_unknown_device_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "jetson_nanno"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "unknown device 'jetson_nanno'; did you mean 'jetson_nano'? to list them: edgecv devices\n"
