"""What was found becomes a profile that loads, whatever a board calls itself."""

import dataclasses
import json
from pathlib import Path

import pytest

from edgecv.documents import load_device
from edgecv.documents.probed import profile_text, read_machine
from edgecv.errors import InputError, Unavailable
from edgecv.ondevice.probe import look
from edgecv.records.device import DeviceProfile
from edgecv.records.files import write_json
from edgecv.records.machine import FoundRuntime, Machine
from edgecv.targets import TARGETS
from tests.ondevice.boards import Files, imx8mp, laptop, lay_out, nano, orin_nano, pi, rock_5b

PRECISIONS = {name: module.PRECISIONS for name, module in TARGETS.items()}
BOARDS: dict[str, tuple[Files, str]] = {
    "nano": (nano.FILES, "aarch64"),
    "orin_nano": (orin_nano.FILES, "aarch64"),
    "pi_4": (pi.PI_4, "aarch64"),
    "pi_5": (pi.PI_5, "aarch64"),
    "imx8mp": (imx8mp.FILES, "aarch64"),
    "rock_5b": (rock_5b.FILES, "aarch64"),
    "laptop": (laptop.FILES, "x86_64"),
}


def machine(name: str, folder: Path) -> Machine:
    files, arch = BOARDS[name]
    return look(lay_out(folder / "root", files), arch)


def loaded(found: Machine, folder: Path) -> DeviceProfile:
    (folder / "probed.yaml").write_text(profile_text(found, PRECISIONS))
    return load_device(folder / "probed.yaml").record


@pytest.mark.parametrize("name", BOARDS)
def test_the_profile_of_every_recorded_board_loads(name: str, tmp_path: Path) -> None:
    found = machine(name, tmp_path)
    profile = loaded(found, tmp_path)
    assert (profile.vendor, profile.memory_mb, profile.sensors) == (found.vendor, found.memory_mb, found.sensors)
    assert set(profile.runtimes) == {runtime.target for runtime in found.runtimes}
    assert profile.sources
    assert profile.verified == ""


def test_it_says_what_was_not_found(tmp_path: Path) -> None:
    assert "\n# Not found: tflite runtime (ai-edge-litert or tflite-runtime), " in profile_text(
        machine("orin_nano", tmp_path), PRECISIONS
    )


def test_a_gpu_without_int8_gets_its_reason(tmp_path: Path) -> None:
    runtime = loaded(machine("nano", tmp_path), tmp_path).runtimes["tensorrt"]
    assert runtime.precisions == ("float32", "float16")
    assert "5.3" in runtime.lacks["int8"]
    assert runtime.versions == ">=8.2.1.8"


def test_power_modes_and_the_gpu_are_kept(tmp_path: Path) -> None:
    profile = loaded(machine("orin_nano", tmp_path), tmp_path)
    assert profile.power_modes == ("15W", "7W")
    assert profile.gpu
    assert profile.gpu.compute_capability == "8.7"


@pytest.mark.parametrize(
    "board", ["no", "a: {b} # c", "- x", "8.7", "é\x07\nsecond line", "'\"", "%YAML", "null", "1e3 x"]
)
def test_whatever_a_board_calls_itself_is_text(board: str, tmp_path: Path) -> None:
    found = dataclasses.replace(machine("pi_5", tmp_path), board=board, missing=(board,))
    assert loaded(found, tmp_path).summary.startswith(board)


def test_a_version_that_no_range_can_name_is_left_out(tmp_path: Path) -> None:
    found = dataclasses.replace(machine("pi_5", tmp_path), runtimes=(FoundRuntime("onnx", "onnxruntime", "unknown"),))
    assert loaded(found, tmp_path).runtimes["onnx"].versions == ""
    found = dataclasses.replace(found, runtimes=(FoundRuntime("onnx", "onnxruntime", "1.20.0rc1+cu12"),))
    assert loaded(found, tmp_path).runtimes["onnx"].versions == ">=1.20.0"


def test_a_machine_without_a_runtime_is_told_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="a profile needs one: pip install ai-edge-litert"):
        profile_text(dataclasses.replace(machine("pi_5", tmp_path), runtimes=()), PRECISIONS)


def test_facts_survive_their_file(tmp_path: Path) -> None:
    found = machine("orin_nano", tmp_path)
    assert read_machine(write_json(tmp_path / "facts.json", dataclasses.asdict(found))) == found


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": 99}, "made by a newer edgecv"),
        ({"cores": "four"}, "cores"),
        ({"runtimes": [{"target": "onnx"}]}, "package"),
    ],
)
def test_facts_of_another_kind_are_refused(change: dict[str, object], says: str, tmp_path: Path) -> None:
    plain = {**dataclasses.asdict(machine("pi_5", tmp_path)), **change}
    with pytest.raises(InputError, match=says):
        read_machine(write_json(tmp_path / "facts.json", plain))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"[" * 5000, json.dumps("x" * (1 << 20)).encode()])
def test_a_file_that_is_no_facts_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_bytes(content)
    with pytest.raises(InputError, match=r"expected what `python3 -m edgecv\.ondevice probe` prints"):
        read_machine(tmp_path / "facts.json")
