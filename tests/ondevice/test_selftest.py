"""The self-test on artifacts that are well, damaged, changed, and without anything to compare with."""

import argparse
import dataclasses

import numpy as np
import pytest

from edgecv.errors import GateRefused
from edgecv.ondevice import selftest
from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact
from tests.ondevice import models


@pytest.fixture
def artifact(tmp_path, need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    return models.artifact("onnx", tmp_path / "tiny")


def run(artifact: Artifact) -> None:
    selftest.run(argparse.Namespace(artifact=artifact.folder, threads=1))


def test_a_sound_artifact_passes_with_a_line_a_check(artifact, capsys) -> None:
    run(artifact)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].split()[1] for line in lines] == ["files", "runtime", "cls", "box"]
    assert all(line.startswith("ok ") for line in lines)
    assert "onnxruntime" in lines[1]


@pytest.mark.parametrize("target", ["tflite", "openvino"])
def test_every_runtime_passes(tmp_path, need, target) -> None:
    need(target, ENGINES[target].missing())
    run(models.artifact(target, tmp_path / "other", "int8"))


def test_a_changed_file_ends_it_before_anything_is_opened(artifact, capsys) -> None:
    with (artifact.folder / "samples.png").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(GateRefused, match="the self-test failed: files"):
        run(artifact)
    assert "samples.png: damaged" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [9.0, np.nan])
def test_outputs_other_than_the_golden_ones_are_refused(artifact, capsys, wrong) -> None:
    path = artifact.folder / "golden/box.npy"
    golden = np.load(path)
    golden[0, 0, 0, 0] += wrong
    np.save(path, golden)
    with pytest.raises(GateRefused, match="the self-test failed: box"):
        run(models.seal(artifact.folder, artifact.manifest))
    assert "ok      cls" in capsys.readouterr().out


def test_an_output_of_another_shape_is_refused(artifact) -> None:
    np.save(artifact.folder / "golden/box.npy", np.zeros((2, 1, 1, 4), np.float32))
    with pytest.raises(GateRefused, match="box"):
        run(models.seal(artifact.folder, artifact.manifest))


def test_a_self_test_without_golden_outputs_has_shown_nothing_and_fails(artifact) -> None:
    without = models.seal(artifact.folder, dataclasses.replace(artifact.manifest, golden={}))
    with pytest.raises(GateRefused, match="golden"):
        run(without)
