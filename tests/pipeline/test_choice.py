"""Target, precision and device together: what each combination builds, and what it says about the rest."""

from pathlib import Path

import pytest

from edgecv.documents import load_device
from edgecv.errors import InputError
from edgecv.pipeline.choice import choose_builds
from edgecv.records.device import DeviceProfile
from edgecv.targets import TARGETS

BOARD = """\
summary: A board
vendor: somebody
arch: aarch64
cpu: {model: Cortex-A55, cores: 4}
memory_mb: 2048
runtimes:
  tflite:
    package: ai-edge-litert
    precisions: [float32, int8]
  onnx:
    package: onnxruntime
    precisions: [float32]
    lacks: {int8: "its processor is too old"}
"""


@pytest.fixture
def board(tmp_path: Path) -> DeviceProfile:
    (tmp_path / "board.yaml").write_text(BOARD)
    return load_device(tmp_path / "board.yaml").record


def names(targets: list[str], precisions: list[str], profile: DeviceProfile | None) -> list[str]:
    return [build.folder_name for build in choose_builds(targets, precisions, None, profile).builds]


def test_auto_without_a_device_is_all_that_a_target_builds() -> None:
    assert names(["tflite"], ["auto"], None) == [f"tflite-{each}" for each in TARGETS["tflite"].PRECISIONS]


def test_auto_for_a_device_is_what_both_can(board: DeviceProfile) -> None:
    assert names(["onnx"], ["auto"], board) == ["onnx-float32"]
    assert names([], ["auto"], board) == ["tflite-float32", "tflite-int8", "onnx-float32"]


def test_what_is_left_out_is_said_with_its_reason(board: DeviceProfile) -> None:
    said = str(choose_builds([], ["int8"], None, board))
    assert said == "tflite int8; not onnx int8: its processor is too old"


def test_what_was_asked_for_by_name_is_refused_and_not_left_out(board: DeviceProfile) -> None:
    with pytest.raises(InputError, match="board: onnx: no int8: its processor is too old; use float32"):
        choose_builds(["tflite", "onnx"], ["int8"], None, board)
    with pytest.raises(InputError, match="board: target: expected one of tflite, onnx, got 'openvino'"):
        choose_builds(["openvino"], ["float32"], None, board)
    with pytest.raises(InputError, match=r"convert\.precision: openvino: expected one of .*, got 'int16x8'"):
        choose_builds(["openvino"], ["int16x8"], None, None)


def test_a_jetson_nano_is_told_that_its_chip_has_no_int8_and_what_it_has() -> None:
    nano = load_device("jetson_nano").record
    with pytest.raises(InputError, match=r"jetson_nano: tensorrt: no int8: its GPU \(Maxwell.*use float16 or float32"):
        choose_builds([], ["int8"], None, nano)
    chosen = names([], ["auto"], nano)
    assert "tensorrt-int8" not in chosen
    assert "tensorrt-float32" in chosen


def test_io_goes_to_the_files_that_leave_the_choice() -> None:
    builds = choose_builds(["tflite"], ["float32", "int8"], "float", None).builds
    assert [build.folder_name for build in builds] == ["tflite-float32", "tflite-int8-float-io"]
    with pytest.raises(InputError, match="io: openvino float32 leave no choice of inputs and outputs"):
        choose_builds(["openvino"], ["float32"], "float", None)
