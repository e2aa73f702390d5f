"""The way in: commands found by name, mistakes turned into sentences and exit codes, and `--help` in a blink."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from edgecv.cli import group
from edgecv.cli.main import cli, main
from edgecv.cli.output import Progress, progress_line, table
from edgecv.errors import GateRefused, InputError, MeasurementNotValid, Unavailable

HEAVY = {"keras", "matplotlib", "nncf", "onnx", "onnxruntime", "openvino", "sklearn", "tensorflow", "ai_edge_litert"}
FOR_RESULTS_ONLY = {"msgspec", "numpy", "PIL", "yaml"}


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules in a fresh process after a command."""
    code = (
        "import sys\nfrom edgecv.cli.main import main\n"
        f"assert main({list(arguments)!r}) == 0\n"
        "print('modules:', *{name.partition('.')[0] for name in sys.modules})"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(answer.stdout.splitlines()[-1].split())


def test_help_imports_nothing_but_click() -> None:
    assert not imported_by("--help") & (HEAVY | FOR_RESULTS_ONLY)


@pytest.mark.parametrize("command", ["devices", "recipes", "models", "doctor"])
def test_a_list_is_printed_without_any_runtime(command: str) -> None:
    assert not imported_by(command) & HEAVY


@pytest.mark.parametrize("name", group.COMMANDS)
def test_every_command_is_there_and_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = importlib.import_module(group.COMMANDS[name][0]).command
    assert isinstance(command, click.Command)
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"edgecv {name}" in said.split("Example", 1)[1]
    assert "--verbose" in said


def test_help_lists_the_commands_in_the_order_of_the_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out.split("Commands:")[1]
    assert [line.split()[0] for line in said.splitlines() if line.strip()] == list(group.COMMANDS)


def test_a_mistyped_command_is_answered_with_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe"]) == 2
    assert "no command 'recipe'; did you mean 'recipes'?" in capsys.readouterr().err
    assert main(["zzz"]) == 2
    assert "no command 'zzz'; to list them: edgecv --help" in capsys.readouterr().err


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def command(_context: click.Context) -> None:
        raise error

    monkeypatch.setattr(cli, "invoke", command)
    return main(["devices"])


@pytest.mark.parametrize(
    ("error", "code"), [(InputError, 3), (Unavailable, 4), (GateRefused, 5), (MeasurementNotValid, 6)]
)
def test_a_mistake_is_one_sentence_and_the_exit_code_of_its_class(
    error: type[Exception], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raising(error("pets.yaml:1: wrong"), monkeypatch) == code
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "pets.yaml:1: wrong\n")


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(ZeroDivisionError("oh"), monkeypatch) == 1
    said = capsys.readouterr().err
    assert said.startswith("Traceback")
    assert "ZeroDivisionError: oh\nthis is a bug in edgecv" in said


def test_ctrl_c_is_one_line_and_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err.strip() == "interrupted; everything finished so far is kept"


def test_a_name_that_is_no_text_is_printed_all_the_same(tmp_path: Path) -> None:
    for name in ("train/cat", "train/dog"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / os.fsdecode(b"\xff.png")).write_bytes(b"broken")
    command = [sys.executable, "-m", "edgecv.cli.main", "data", "check", str(tmp_path)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    assert "train/cat/\\udcff.png: not an image" in done.stdout


def test_a_place_without_permission_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raising(PermissionError(13, "Permission denied", "/root/x"), monkeypatch) == 3
    assert capsys.readouterr().err.startswith("/root/x: permission denied; ")


def test_verbose_is_understood_before_and_after_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["-v", "models"], ["models", "-v"], ["models", "--verbose"]):
        monkeypatch.setenv("EDGECV_VERBOSE", "")
        assert main(arguments) == 0
        assert os.environ["EDGECV_VERBOSE"] == "1"


def test_a_table_has_its_columns_aligned() -> None:
    assert table([("name", "ms"), ("a", 1.5), ("longer", 10.25), ("b", None)]) == (
        "name       ms\na         1.5\nlonger  10.25\nb"
    )


def test_a_share_is_drawn_as_a_bar() -> None:
    assert progress_line("epoch 5/20", 61.4, 80) == "[#####...............] epoch 5/20  61 s"
    assert progress_line("building", 3.0, 80) == "building  3 s"
    assert len(progress_line("x" * 200, 3.0, 80)) == 79


def test_progress_says_nothing_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("working") as progress:
        progress("epoch 1/2")
    assert capsys.readouterr().err == ""


def test_progress_rewrites_one_line_of_a_terminal_and_leaves_nothing() -> None:
    controller, terminal = os.openpty()
    code = (
        "import time\nfrom edgecv.cli.output import Progress, say\nProgress.after_s = Progress.every_s = 0.05\n"
        "with Progress('epoch 1/2'):\n    time.sleep(0.2)\nsay('done')"
    )
    subprocess.run([sys.executable, "-c", code], stderr=terminal, check=True, env={**os.environ, "EDGECV_VERBOSE": ""})
    os.close(terminal)
    said = os.read(controller, 65536).decode()
    os.close(controller)
    assert "\r\x1b[2K[##########..........] epoch 1/2  0 s\r\x1b[2K" in said
    assert said.endswith("\r\x1b[2Kdone\r\n")
