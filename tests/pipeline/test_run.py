"""A run in which one build is refused still ends with the others measured, scored and reported."""

import json
from pathlib import Path
from typing import Any

import pytest

from edgecv import parity
from edgecv.cli.main import main
from edgecv.errors import GateRefused
from edgecv.records.artifact import open_artifact
from edgecv.targets import TARGETS
from tests.conftest import Need

RECIPE = """\
summary: a run of which one build is refused
task: classification
data: {format: shapes, train: 96, val: 8, test: 8, seed: 7}
preprocess: {size: [64, 64], mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]}
model: {name: tiny_classifier, width: 0.5}
training: {epochs: 2, batch_size: 16, learning_rate: 0.004, seed: 3}
calibration: {images: 52}
builds:
  - {target: onnx, precision: float32}
  - {target: onnx, precision: float16}
bench: {mode: quick, threads: 1}
accuracy: {metric: top1, max_drop: 1.0}
"""


def test_a_refused_build_is_left_out_and_decides_the_exit_code(
    tmp_path: Path, need: Need, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("onnx", TARGETS["onnx"].missing())
    real = parity.check

    def check(draft: Path, exported: Path, **options: Any) -> parity.Checked:
        if open_artifact(draft).manifest.precision == "float16":
            raise GateRefused("not the network any more")
        return real(draft, exported, **options)

    monkeypatch.setattr(parity, "check", check)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    out = tmp_path / "out"
    assert main(["run", str(tmp_path / "recipe.yaml"), "--out", str(out), "--json"]) == GateRefused.exit_code
    said = capsys.readouterr()
    assert "build     onnx-float16: not built: not the network any more" in said.err
    assert said.err.endswith("not the network any more\n")
    assert len(json.loads(said.out)) == 1
    assert [path.name for path in (out / "artifacts").iterdir()] == ["onnx-float32"]
    assert (out / "report.html").is_file()
