"""`edgecv doctor` knows what is needed, what is known to clash, and what to type."""

import json
from pathlib import Path

import pytest

from edgecv.cli import doctor, requirements
from edgecv.cli.main import main
from edgecv.cli.requirements import CLASHES, NEEDS, WHEELS, Machine, clashes, examine
from edgecv.documents.registry import folder

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
PC = Machine("x86_64", "2.36")
GOOD = {
    "python": "3.11.7",
    "numpy": "2.4.6",
    "pillow": "13.0.0",
    "click": "8.5.1",
    "pyyaml": "6.0.3",
    "msgspec": "0.22.0",
}


def state(package: str, versions: dict[str, str], machine: Machine = PC) -> tuple[str, str]:
    found = next(each for each in examine(versions, machine) if each.package == package)
    return found.state, found.mend


def test_the_versions_are_those_of_the_project() -> None:
    project = PYPROJECT.read_text()
    for need in NEEDS:
        for package, expected in need.choices:
            assert (f'"{expected}"' if package == "python" else f'"{package}{expected}') in project


def test_what_fits_needs_no_mending() -> None:
    assert state("keras", {"keras": "3.15.1"}) == ("ok", "")
    assert state("tensorflow", {"tensorflow": "2.21.0"}) == ("ok", "")  # either of the two packages serves


def test_what_is_missing_is_mended_by_its_extra() -> None:
    assert state("openvino", {}) == ("missing", "pip install 'edgecv[openvino]'")
    assert state("tf2onnx", {}) == ("missing", "pip install 'edgecv[convert]'")
    assert state("numpy", {}) == ("missing", "pip install 'numpy'")


def test_a_wrong_version_is_mended_by_the_range() -> None:
    assert state("keras", {"keras": "2.15.0"}) == ("wrong version", "pip install 'keras>=3.12,<3.16'")


def test_a_board_gets_the_runtime_that_has_a_wheel_for_it() -> None:
    board = Machine("armv7l", "2.36")
    assert state("tflite-runtime", {}, board) == ("missing", "pip install 'edgecv[tflite-runtime]'")
    assert state("openvino", {}, board) == ("missing", "openvino has no wheel for armv7l")
    old = Machine("aarch64", "2.31")
    assert state("openvino", {}, old) == (
        "missing",
        "the wheels of openvino need glibc 2.35, this machine has 2.31",
    )
    assert state("ai-edge-litert", {}, old) == ("missing", "pip install 'edgecv[tflite]'")


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ({"tflite-runtime": "2.14.0", "numpy": "2.1.0", "python": "3.11.2"}, ["numpy"]),
        ({"tflite-runtime": "2.14.0", "numpy": "1.26.4", "python": "3.11.2"}, []),
        ({"tflite-runtime": "2.14.0", "numpy": "1.26.4", "python": "3.12.1"}, ["python"]),
        ({"tensorflow": "2.21.0", "tensorflow-cpu": "2.21.0", "protobuf": "7.36.2"}, ["tensorflow-cpu"]),
        ({"tensorflow-cpu": "2.21.0", "protobuf": "5.29.0"}, ["protobuf"]),
        ({"tensorflow-cpu": "2.20.0", "protobuf": "5.29.0"}, []),
        (GOOD, []),
    ],
)
def test_known_clashes_are_seen(versions: dict[str, str], expected: list[str]) -> None:
    assert [each.other[0] for each in clashes(versions)] == expected


def test_every_clash_has_a_reason_and_a_cure() -> None:
    assert all(each.because and "pip " in each.mend for each in CLASHES)
    assert {package for need in NEEDS[6:9] for package, _ in need.choices} == WHEELS.keys()


def test_a_clash_is_exit_code_4(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "installed_versions", lambda: {**GOOD, "tflite-runtime": "2.14.0"})
    assert main(["doctor"]) == 4
    said = capsys.readouterr()
    assert "SystemError" in said.out
    assert said.err == "doctor: to mend: tflite-runtime with numpy; what to type stands above\n"


def test_a_base_install_is_healthy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "installed_versions", lambda: GOOD)
    assert main(["doctor"]) == 0
    assert "pip install 'edgecv[train]'" in capsys.readouterr().out


def test_a_device_without_any_runtime_here_is_exit_code_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "installed_versions", lambda: GOOD)
    monkeypatch.setattr(doctor, "versions", lambda *_: {})
    assert main(["doctor", "--device", "local", "--json"]) == 4
    said = capsys.readouterr()
    device = json.loads(said.out)["device"]
    assert {each["state"] for each in device["runtimes"]} == {"missing"}
    assert "none of the runtimes of local is installed" in said.err


def test_a_device_elsewhere_is_asked_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "installed_versions", lambda: GOOD)
    monkeypatch.setattr(doctor, "this_machine", lambda: PC)
    assert main(["doctor", "--device", "raspberry_pi_5"]) == 0
    assert "ask there, with: edgecv doctor --device raspberry_pi_5" in capsys.readouterr().out


def test_a_board_is_asked_by_the_command_that_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "installed_versions", lambda: GOOD)
    board = tmp_path / "my board.yaml"
    board.write_text((folder("devices") / "raspberry_pi_5.yaml").read_text() + "connection: {ssh: pi5}\n")
    assert main(["doctor", "--device", str(board)]) == 0
    said = capsys.readouterr().out
    assert f"ask it, with: edgecv devices '{board}' --check" in said
    assert "edgecv doctor --device" not in said


def test_json_is_one_object_with_every_package(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    plain = json.loads(capsys.readouterr().out)
    assert [each["package"] for each in plain["packages"]][:2] == ["python", "numpy"]
    assert plain["machine"]["arch"] == requirements.this_machine().arch
