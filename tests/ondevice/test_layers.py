"""The profilers of real runtimes on the tiny detector: layers, times, and what they computed in."""

import dataclasses
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from edgecv.errors import InputError
from edgecv.ondevice import bench, layers
from edgecv.ondevice.engines import ENGINES, EngineOptions, open_engine, tensorrt
from edgecv.ondevice.engines import onnx as onnx_engine
from edgecv.ondevice.engines import openvino as openvino_engine
from edgecv.ondevice.profilers import litert, onnx, openvino, tflite
from edgecv.ondevice.profilers.litert import Event
from edgecv.ondevice.profilers.tflite_operators import Operator, layers_in
from edgecv.ondevice.stopwatch import PLANS
from edgecv.records.artifact import Artifact
from edgecv.records.layers import Layers, in_integers
from tests.ondevice import models, onnx_file
from tests.ondevice.fake_tensorrt import ACTIVATIONS, FakeDriver, FakeTensorrt
from tests.ondevice.test_engines import HAS_BFLOAT16

BUILDS = [(target, precision) for target in ("tflite", "onnx", "openvino") for precision in ("float32", "int8")]
RUNS = 7


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory, need) -> dict[tuple[str, str], Artifact]:
    folder = tmp_path_factory.mktemp("layers")
    for target in ("tflite", "onnx", "openvino"):
        need(target, ENGINES[target].missing())
    made = {build: models.artifact(build[0], folder / "-".join(build), build[1]) for build in BUILDS}
    return {**made, ("onnx", "int8"): in_integers_everywhere(made["onnx", "int8"])}


def in_integers_everywhere(artifact: Artifact) -> Artifact:
    """With integers in every place in which ONNX Runtime wants them before it computes in integers."""
    stem, heads = (models.STEM, models.STEM_BIAS), models.WEIGHTS
    onnx_file.save(artifact.model_file, (1, 3, *models.SIZE), *stem, heads, integers=True, everywhere=True)
    return models.seal(artifact.folder, artifact.manifest)


@pytest.fixture(scope="module")
def profiles(artifacts) -> dict[tuple[str, str], Layers]:
    return {build: layers.profile(artifacts[build], "local", RUNS, EngineOptions()) for build in BUILDS}


@pytest.mark.parametrize("build", BUILDS)
def test_every_layer_has_a_kernel_a_time_and_its_share(profiles, build) -> None:
    taken = profiles[build]
    assert taken.layers
    assert all(layer.kernel and layer.p50_ms is not None and layer.p50_ms >= 0 for layer in taken.layers)
    if any(layer.p50_ms for layer in taken.layers):
        assert taken.total_ms == pytest.approx(sum(layer.p50_ms for layer in taken.layers))
        assert sum(layer.share for layer in taken.layers) == pytest.approx(1)
    else:  # LiteRT counts whole microseconds, and a fast processor needs less for each of these tiny layers
        assert build[0] == "tflite"
        assert taken.total_ms is None
        assert {layer.share for layer in taken.layers} == {None}
    assert (taken.runs, taken.threads, taken.untold) == (RUNS, 1, ())


@pytest.mark.parametrize("build", BUILDS)
def test_the_layers_with_weights_bear_out_the_precision_that_is_recorded(artifacts, profiles, build) -> None:
    assert open_engine(artifacts[build]).runtime_precision == profiles[build].runtime_precision == build[1]
    assert profiles[build].computed_in == build[1]


def test_an_int8_file_that_runs_in_floats_is_found_out(tmp_path) -> None:
    """Its biases are floats, so that ONNX Runtime turns all of it back into floats, without a word."""
    artifact = models.artifact("onnx", tmp_path / "tiny", "int8")
    taken = layers.profile(artifact, "local", 1, EngineOptions())
    assert (taken.runtime_precision, taken.computed_in) == ("int8", "float32")
    brief = dataclasses.replace(PLANS["quick"], min_seconds=0, max_seconds=0.1, warmup_seconds=0.1, end_to_end_runs=1)
    measured = bench.measure(artifact, brief, EngineOptions())
    assert measured.environment
    assert measured.environment.runtime_precision == "float32"


def test_an_integer_file_whose_input_is_of_floats_is_seen_to_round_it(profiles) -> None:
    for target in ("onnx", "openvino"):
        assert in_integers(profiles[target, "int8"].layers[0].precision) is False


def compiled(artifact: Artifact) -> Any:
    return openvino_engine.open_engine(artifact, EngineOptions()).request.get_compiled_model()


def test_openvino_is_told_float32_by_name_and_says_so_when_asked(artifacts) -> None:
    model = compiled(artifacts["openvino", "float32"])
    assert model.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"


@pytest.mark.skipif(not HAS_BFLOAT16, reason="this processor has no bfloat16, which is what the test asks OpenVINO for")
def test_bfloat16_shows_in_the_layers_as_well(artifacts) -> None:
    taken = layers.profile(artifacts["openvino", "float32"], "local", 1, EngineOptions(hint="bfloat16"))
    assert taken.runtime_precision == "bfloat16"
    assert taken.computed_in == "bfloat16"


def test_a_file_of_halves_is_computed_in_float32_and_said_to_be(artifacts, tmp_path) -> None:
    artifact = artifacts["openvino", "float32"]
    model = openvino_engine.import_openvino().Core().read_model(artifact.model_file)
    folder = Path(shutil.copytree(artifact.folder, tmp_path / "halves"))
    openvino_engine.import_openvino().save_model(model, folder / artifact.manifest.model, compress_to_fp16=True)
    halves = models.seal(folder, artifact.manifest)
    assert halves.model_file.with_suffix(".bin").stat().st_size < artifact.model_file.with_suffix(".bin").stat().st_size
    taken = layers.profile(halves, "local", 1, EngineOptions())
    assert taken.runtime_precision == taken.computed_in == "float32"


def test_a_run_that_is_timed_has_no_profiler_in_it(artifacts) -> None:
    assert compiled(artifacts["openvino", "int8"]).get_property("PERF_COUNT") in (False, "NO")
    session = onnx_engine.open_engine(artifacts["onnx", "int8"], EngineOptions()).session
    assert not session.get_session_options().enable_profiling


def test_layers_of_openvino_name_what_the_file_calls_their_parts(profiles) -> None:
    assert any(len(layer.network) > 1 for layer in profiles["openvino", "int8"].layers)


def test_onnx_runtime_tells_its_arena_in_a_profile(profiles) -> None:
    assert profiles["onnx", "int8"].arena_mb > 0


@pytest.mark.parametrize(
    ("exec_type", "expected"),
    [
        ("brgconv_avx512_amx_I8", ("brgconv_avx512_amx_I8", "int8")),
        ("jit_avx2_f32", ("jit_avx2_f32", "float32")),
        ("brgemm_avx512_amx_bf16", ("brgemm_avx512_amx_bf16", "bfloat16")),
        ("acl_f16", ("acl_f16", "float16")),
        ("undef", (None, None)),
        ("unknown_f32", (None, "float32")),
    ],
)
def test_openvinos_kernels_end_in_what_they_compute_in(exec_type, expected) -> None:
    assert openvino.kernel_and_precision(exec_type) == expected


def entry(name: str, kind: str, types: list[str], micros: int) -> dict[str, Any]:
    given, made = ([{each: [1]}] for each in types)
    facts = {
        "node_index": "1",
        "op_name": kind,
        "provider": "CPU",
        "input_type_shape": given,
        "output_type_shape": made,
    }
    return {"cat": "Node", "name": f"{name}_kernel_time", "dur": micros, "args": facts}


@pytest.mark.parametrize(
    ("kind", "types", "precision"),
    [
        ("QLinearConv", ["uint8", "int8"], "int8"),
        ("Conv", ["float", "float"], "float32"),
        ("DequantizeLinear", ["uint8", "float"], "float32"),
        ("ConvInteger", ["int8", "int32"], "int8"),
        ("DynamicQuantizeMatMul", ["float", "float"], "int8"),
        ("Cast", ["float16", "float"], "float16"),
    ],
)
def test_an_entry_of_onnx_runtimes_profile_is_a_layer_of_what_it_is_given_and_gives(kind, types, precision) -> None:
    content = json.dumps([entry("a_token_5", kind, types, micros) for micros in (900, 10, 20)]).encode()
    (layer,), held = onnx.read_profile(content, "p.json", warm_up=1)
    assert (layer.type, layer.precision, layer.network, layer.times_ms) == (kind, precision, ("a",), [0.01, 0.02])
    assert held is None


@pytest.mark.parametrize("content", [b"[", b'{"a": 1}', b"[1]", b'[{"cat": "Node", "name": "a_kernel_time"}]'])
def test_a_damaged_profile_is_told_with_its_name(content) -> None:
    with pytest.raises(InputError, match=r"p\.json: expected the profile of an ONNX Runtime session"):
        onnx.read_profile(content, "p.json")


@pytest.mark.parametrize(
    ("kernel", "precision"),
    [
        ("Convolution (NHWC, QC8) IGEMM", "int8"),
        ("Fully Connected (NC, QS8, QC8W) GEMM", "int8"),
        ("Dynamic Fully Connected (NC, QD8, F32, QC8W)", "int8"),
        ("Fully Connected (NC, F32, QC8W) GEMM", "float32"),
        ("Convolution (NHWC, F16) IGEMM", "float16"),
        ("Convert (NC, F32, QS8)", "float32"),
        ("Add (ND)", None),
    ],
)
def test_xnnpacks_kernels_name_what_they_compute_in(kernel, precision) -> None:
    assert tflite.xnnpack_precision(kernel) == precision


def test_delegated_layers_are_tied_to_the_file_only_where_their_number_agrees() -> None:
    file = [
        Operator("CONV_2D", (0,), (1,), "int8", ("stem", "relu")),
        Operator("AVERAGE_POOL_2D", (1,), (2,), "int8", ("pool",)),
        Operator("CONV_2D", (2,), (3,), "int8", ("head",)),
        Operator("ADD", (3, 2), (4,), "int8", ("sum",)),
    ]
    conv, add = "Convolution (NHWC, QC8) IGEMM", "Add (ND)"
    events = [
        Event(conv, 0, True, 3),
        Event("AVERAGE_POOL_2D", 1, False, 2),
        Event(conv, 0, True, 1),
        Event(add, 1, True, 1),
    ]
    stem, pool, head, total = tflite.read_events(events, file, [[0], [2, 3]])
    assert (stem.name, stem.network, stem.times_ms) == ("stem", ("stem", "relu"), [3])
    assert (pool.name, pool.kernel) == ("pool", "built-in")
    assert head.name == "head"
    assert (total.name, total.precision) == (add, "int8")  # of a part in which all operators are of int8
    twice = [*events, Event(conv, 2, True, 1)]
    assert tflite.read_events(twice, file, [[0], [2, 3]])[2].network == ()


def test_a_tensors_name_tells_the_layers_that_made_it() -> None:
    assert layers_in("net/act/Relu;net/conv/BiasAdd;net/conv/convolution;") == ("conv", "act")
    assert layers_in("output") == ("output",)


def test_without_a_profiler_operators_are_listed_and_the_lack_is_told(artifacts, monkeypatch) -> None:
    monkeypatch.setattr(litert, "missing", lambda: "there is none")
    taken = layers.profile(artifacts["tflite", "int8"], "local", RUNS, EngineOptions())
    assert taken.untold == ("times of operators: there is none",)
    assert (taken.profiler, taken.total_ms) == (None, None)
    assert {layer.kernel for layer in taken.layers} <= {"XNNPACK", "built-in"}
    assert all(layer.p50_ms is layer.share is None for layer in taken.layers)
    assert taken.computed_in == "int8"


def test_an_untried_version_of_litert_is_not_called(monkeypatch) -> None:
    monkeypatch.setattr(litert, "version", lambda _: "2.1.0")
    assert "this is 2.1.0" in str(litert.missing())


@pytest.mark.parametrize("version", ["8.2.1", "10.3.0", "11.4.0"])
def test_tensorrt_tells_its_profiler_the_time_of_each_layer(version, tmp_path, monkeypatch) -> None:
    trt = FakeTensorrt(version)
    monkeypatch.setenv("EDGECV_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "tensorrt", trt)
    monkeypatch.setattr(tensorrt, "load_driver", FakeDriver)
    monkeypatch.setattr(tensorrt, "missing", lambda: None)
    taken = layers.profile(models.artifact("tensorrt", tmp_path / "tiny"), "local", RUNS, EngineOptions())
    first, second = taken.layers
    assert (first.name, first.p50_ms, first.share) == ("Conv_0 + Relu_1", 0.75, 0.75)
    assert first.network == ("Conv_0", "Relu_1")
    assert second.precision is None
    assert taken.arena_mb == ACTIVATIONS / 1e6
    assert "precision" in taken.untold[0]
