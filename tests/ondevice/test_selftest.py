"""The self-test on artifacts that are well, damaged, changed, and without anything to compare with."""

import argparse
import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from edgecv.errors import GateRefused
from edgecv.ondevice import selftest
from edgecv.ondevice.engines import ENGINES, tflite
from edgecv.records.artifact import Artifact
from tests.ondevice import models


@pytest.fixture
def artifact(tmp_path, need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    return models.artifact("onnx", tmp_path / "tiny")


def run(artifact: Artifact, accept_runtime: bool = False) -> None:
    selftest.run(argparse.Namespace(artifact=artifact.folder, threads=1, accept_runtime=accept_runtime))


def test_a_sound_artifact_passes_with_a_line_a_check(artifact, capsys) -> None:
    run(artifact)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].split()[1] for line in lines] == ["files", "runtime", "kernels", "cls", "box"]
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


def verified_on(artifact: Artifact, *runtimes: str, **fields: Any) -> Artifact:
    return models.seal(artifact.folder, dataclasses.replace(artifact.manifest, verified_on=runtimes, **fields))


def test_another_version_of_the_runtime_is_refused_until_it_is_accepted(artifact, capsys) -> None:
    other = verified_on(artifact, "onnxruntime 0.1.0")
    with pytest.raises(GateRefused, match="the self-test failed: runtime"):
        run(other)
    assert "verified on onnxruntime 0.1.0 only; install that, or say --accept-runtime" in capsys.readouterr().out
    run(other, accept_runtime=True)


def test_the_version_it_was_verified_on_passes(artifact, capsys) -> None:
    import onnxruntime

    run(verified_on(artifact, "onnxruntime 0.1.0", f"onnxruntime {onnxruntime.__version__}"))
    assert "computing in float32: verified" in capsys.readouterr().out


@pytest.mark.parametrize(("oldest", "passes"), [("1.2", True), ("1000.1", False)])
def test_what_the_artifact_was_made_for_passes(artifact, oldest, passes) -> None:
    other = verified_on(artifact, "onnxruntime 0.1.0", runtime={"package": "onnxruntime", "oldest": oldest})
    if passes:
        run(other)
    else:
        with pytest.raises(GateRefused, match="runtime"):
            run(other)


@pytest.fixture
def quantized(tmp_path, need) -> Artifact:
    """An artifact of which the golden outputs were made with XNNPACK."""
    need("tflite", ENGINES["tflite"].missing())
    artifact = models.artifact("tflite", tmp_path / "quantized", "int8")
    package = str(tflite._package()).replace("_", "-")
    golden = {**artifact.manifest.golden, "kernels": "xnnpack", "runtime": f"{package} 1.0"}
    return models.seal(artifact.folder, dataclasses.replace(artifact.manifest, golden=golden))


@pytest.fixture
def without_xnnpack(monkeypatch) -> None:
    """As it is where /sys is hidden: the runtime computes with its built-in kernels, and does not say so."""
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    resolver = interpreter.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    plain = functools.partial(interpreter.Interpreter, experimental_op_resolver_type=resolver)
    monkeypatch.setattr(interpreter, "Interpreter", plain)


def test_xnnpack_where_it_is_expected_passes(quantized, capsys) -> None:
    run(quantized)
    assert "ok      kernels: xnnpack" in capsys.readouterr().out


def test_built_in_kernels_where_xnnpack_is_expected_are_refused(quantized, without_xnnpack, capsys) -> None:
    with pytest.raises(GateRefused, match="the self-test failed: kernels"):
        run(quantized)
    assert "expected XNNPACK, got builtin" in capsys.readouterr().out


def test_kernels_of_another_package_are_told_and_not_judged(quantized, without_xnnpack, capsys) -> None:
    golden = {**quantized.manifest.golden, "runtime": "tflite-runtime 2.14.0"}
    run(models.seal(quantized.folder, dataclasses.replace(quantized.manifest, golden=golden)))
    assert "ok      kernels: builtin; the golden outputs are of xnnpack" in capsys.readouterr().out
