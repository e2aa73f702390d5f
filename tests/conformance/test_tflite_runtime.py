"""The same artifacts on tflite-runtime with numpy 1, in the environment that a board would have."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from edgecv.models import MODELS
from edgecv.targets import tflite
from tests.conftest import ROOT, Need

from .conftest import RunOf

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


@pytest.mark.parametrize("precision", tflite.PRECISIONS)
@pytest.mark.parametrize("model", MODELS)
def test_an_artifact_passes_its_selftest_there(model: str, precision: str, run_of: RunOf, python: Path) -> None:
    artifact = run_of(model).folder / "artifacts" / f"tflite-{precision}"
    done = on_the_board(python, "selftest", artifact)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tflite-runtime 2.14" in done.stdout


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
