"""The same artifacts on tflite-runtime with numpy 1, in the environment that a board would have."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from edgecv.errors import InputError
from edgecv.records.recipe import Precision
from edgecv.targets import Spec, tflite
from edgecv.targets.tflite_operators import KNOWN_TO_OLD_RUNTIME, check_operators
from tests.conftest import ROOT, Need
from tests.ondevice import tflite_file

from .conftest import TINY, RunOf, is_usual

PYTHON = ROOT / ".venv-tflite-runtime/bin/python"


@pytest.fixture
def python(need: Need) -> Path:
    need(
        "tflite-runtime",
        None if PYTHON.exists() else "tflite-runtime has no environment here: make venv-tflite-runtime",
    )
    return PYTHON


def on_the_board(python: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "edgecv.ondevice", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_is_the_old_runtime_with_numpy_1(python: Path) -> None:
    code = "import numpy, tflite_runtime, importlib.util as u; assert u.find_spec('ai_edge_litert') is None; "
    subprocess.run([str(python), "-c", f"{code}assert numpy.__version__ < '2'"], check=True)


OPENED = """
import sys
from pathlib import Path
from tflite_runtime.interpreter import Interpreter

for file in Path(sys.argv[1]).iterdir():
    try:
        Interpreter(str(file))
    except ValueError:
        continue
    print(file.stem)
"""


def test_the_build_knows_what_the_old_runtime_knows(python: Path, tmp_path: Path) -> None:
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    special = ("CUSTOM", "DELEGATE", "PLACEHOLDER_FOR_GREATER_OP_CODES", "LSTM")  # the last is nothing without options
    expected = set()
    for operator in {name for name in vars(BuiltinOperator) if name.isupper()} - {*special}:
        newest = KNOWN_TO_OLD_RUNTIME.get(operator, 0)
        for version in filter(None, (newest, newest + 1)):
            (tmp_path / f"{operator}-{version}.tflite").write_bytes(tflite_file.one_operator(operator, version))
        expected |= {f"{operator}-{newest}"} if newest else set()
    done = subprocess.run([str(python), "-c", OPENED, str(tmp_path)], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == expected
    assert len(expected) > 100


@pytest.mark.parametrize(
    ("model", "precision"),
    [
        pytest.param(model, precision, marks=[] if is_usual(model, precision) else [pytest.mark.slow])
        for model in TINY
        for precision in tflite.PRECISIONS
    ],
)
def test_a_file_runs_there_or_was_to_be_refused_when_it_was_built(
    model: str, precision: Precision, run_of: RunOf, python: Path
) -> None:
    artifact = run_of(model, everything=not is_usual(model, precision)).folder / "artifacts" / f"tflite-{precision}"
    done = on_the_board(python, "selftest", artifact, "--accept-runtime")  # which it was not verified on
    assert (done.returncode == 0) == _passes(artifact / "model.tflite", precision), done.stdout + done.stderr
    assert "tflite-runtime 2.14" in done.stdout + done.stderr


def _passes(file: Path, precision: Precision) -> bool:
    try:
        check_operators(file.read_bytes(), file.parent.name, Spec(precision, package="tflite-runtime", oldest="2.14.0"))
    except InputError:
        return False
    return True


def test_it_predicts_what_the_new_runtime_predicts(run_of: RunOf, python: Path, tmp_path: Path) -> None:
    finished = run_of("tiny_classifier")
    artifact, photos = finished.folder / "artifacts/tflite-int8", finished.folder / "pictures"
    done = on_the_board(python, "predict", artifact, photos, "--json", tmp_path / "old.json")
    assert done.returncode == 0, done.stderr
    old = json.loads((tmp_path / "old.json").read_text())["predictions"]
    from edgecv.ondevice import load

    with load(artifact) as predictor:
        for each in old:
            scores = predictor.predict(each["image"]).scores
            best = each["classes"][0]
            assert scores[best["index"]] == pytest.approx(best["score"], abs=0.05)
