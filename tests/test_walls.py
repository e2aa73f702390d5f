"""What a linter cannot see: what really gets imported."""

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "openvino", "onnxruntime")
BOARD_LACKS = (
    *HEAVY,
    "click",
    "yaml",
    "msgspec",
    "matplotlib",
    "sklearn",
    "ai_edge_litert",
    "tflite_runtime",
    "subprocess",
)


def command(*arguments: str) -> str:
    """The statement that runs a command of edgecv and sees it succeed."""
    return f"from edgecv.cli.main import main\nassert main({list(arguments)!r}) == 0"


def imported_by(statement: str) -> set[str]:
    """Top-level modules in a fresh interpreter after a statement."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["devices"], ["recipes"], ["models"], ["report", "--help"], ["run", "--help"]]
)
def test_commands_that_compute_nothing_import_no_toolchain(arguments: list[str]) -> None:
    names = imported_by(command(*arguments))
    assert not names & set(HEAVY)


def test_help_imports_neither_numpy_nor_yaml() -> None:
    assert not imported_by(command("--help")) & {"numpy", "yaml", "msgspec", "PIL"}


@pytest.mark.parametrize(
    "module",
    ["edgecv.ondevice.predictor", "edgecv.ondevice.__main__", "edgecv.ondevice.bench", "edgecv.ondevice.selftest"],
)
def test_the_device_side_needs_numpy_and_pillow_only(module: str) -> None:
    names = imported_by(f"import {module}")
    assert not names & set(BOARD_LACKS)


def test_measuring_and_scoring_import_no_tensorflow() -> None:
    statement = "import edgecv.bench, edgecv.evaluation, edgecv.report, edgecv.documents, edgecv.pipeline.run"
    assert not imported_by(statement) & {"tensorflow", "keras", "tf2onnx"}
