"""A profile is taken in a child of its own; what its layers come to, and what is warned of."""

import dataclasses
import json

import pytest

from edgecv.bench import layers
from edgecv.documents import load_device
from edgecv.errors import InputError
from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact
from edgecv.records.layers import Layer, Layers
from edgecv.records.measurement import MeasuredArtifact, MeasuredDevice
from tests.ondevice import models


@pytest.fixture(scope="module")
def artifact(tmp_path_factory, need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    return models.artifact("onnx", tmp_path_factory.mktemp("layers") / "tiny", "int8")


def layer(name: str, precision: str | None, share: float | None, kernel: str = "XNNPACK Convolution") -> Layer:
    return Layer(name, "CONV_2D", kernel, precision, share, share)


def taken(precision: str, *found: Layer, computed_in: str | None = None, told: bool = True) -> Layers:
    return Layers(
        artifact=MeasuredArtifact("sha256:0", "tiny", "tflite", precision, 1),
        device=MeasuredDevice("local"),
        runtime="fake 1.0",
        runtime_precision=precision,
        computed_in=computed_in,
        kernels=None,
        threads=1,
        hint="",
        profiler="fake profiler" if told else None,
        runs=1,
        layers=found,
        total_ms=1.0 if told else None,
    )


def test_an_int8_file_that_runs_in_floats_is_profiled_in_a_child_and_warned_of(artifact, tmp_path) -> None:
    """The tiny detector's biases are floats, so that ONNX Runtime computes all of it in floats."""
    out = tmp_path / "new folder/tiny.layers.json"
    profiled = layers.profile(artifact.folder, device=load_device("local").record, threads=1, out=out, runs=3)
    kept = json.loads(out.read_text())
    assert kept["artifact"]["digest"] == artifact.manifest.digests["artifact"]
    assert (kept["runs"], kept["summary"]["float_share"]) == (3, pytest.approx(1))
    assert set(kept["summary"]["float_layers"]) == {each.name for each in profiled.layers}
    assert profiled.summary
    mostly, recorded = profiled.summary.warnings
    assert mostly.startswith("int8, but 100% of the time goes to layers that compute in floats: ")
    assert recorded == "int8, but the layers with weights compute in float32"


def test_a_crash_of_the_child_is_told(artifact, tmp_path, monkeypatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InputError, match="SIGABRT"):
        layers.profile(artifact.folder, device=load_device("local").record, threads=1, out=tmp_path / "out.layers.json")


def test_shares_of_integers_and_floats_add_up() -> None:
    found = layers.summarise(
        taken("int8", layer("a", "int8", 0.75), layer("b", "float32", 0.125), layer("c", None, 0.125))
    )
    assert (found.integer_share, found.float_share, found.untold_share) == (0.75, 0.125, 0.125)
    assert found.float_layers == ("b",)
    assert found.warnings == ()


def test_floats_are_as_they_should_be_in_a_float_artifact() -> None:
    found = layers.summarise(taken("float32", layer("a", "float32", 1.0), computed_in="float32"))
    assert (found.float_layers, found.warnings) == ((), ())


def test_a_baseline_that_is_secretly_faster_is_warned_of() -> None:
    found = layers.summarise(taken("float32", layer("a", "bfloat16", 1.0), computed_in="bfloat16"))
    assert found.warnings == ("float32, but the layers with weights compute in bfloat16",)


@pytest.mark.parametrize(("precision", "computed_in"), [("int16x8", "int16"), ("dynamic", "int8")])
def test_artifacts_of_integers_compute_in_those_that_their_precision_means(precision, computed_in) -> None:
    assert layers.summarise(taken(precision, layer("a", computed_in, 1.0), computed_in=computed_in)).warnings == ()


def test_what_was_hinted_at_is_no_surprise() -> None:
    found = dataclasses.replace(taken("float32", layer("a", "bfloat16", 1.0), computed_in="bfloat16"), hint="bfloat16")
    assert layers.summarise(found).warnings == ()


def test_without_times_there_are_no_shares() -> None:
    found = layers.summarise(taken("int8", layer("a", "int8", None), told=False))
    assert (found.integer_share, found.float_share, found.untold_share) == (None, None, None)


def test_kernels_are_summed_up_by_kind_the_largest_first() -> None:
    found = taken(
        "int8", layer("a", "int8", 0.25, "built-in"), layer("b", "int8", 0.5), layer("c", "int8", 0.25, "XNNPACK Add")
    )
    assert layers.kernels(found) == {"XNNPACK": 0.75, "built-in": 0.25}
