"""The TensorRT engine against the names of real bindings of every version that it is for; see fake_tensorrt.py."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgecv.errors import InputError, Unavailable
from edgecv.ondevice.engines import infer, tensorrt, tensorrt_cache, tensorrt_plan
from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.ondevice.engines.tensorrt import TensorrtEngine
from edgecv.records.artifact import Artifact
from edgecv.targets.tensorrt import compile_check
from tests.conftest import Need
from tests.ondevice import models
from tests.ondevice.boards import lay_out, orin_nano
from tests.ondevice.fake_tensorrt import VERSIONS, FakeDriver, FakeTensorrt

Open = Callable[..., TensorrtEngine]


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory) -> dict[str, Artifact]:
    folder = tmp_path_factory.mktemp("artifacts")
    made = {each: models.artifact("tensorrt", folder / each, each) for each in ("float32", "int8")}
    manifest = dataclasses.replace(made["float32"].manifest, precision="float16")  # types play no part here
    return {**made, "float16": dataclasses.replace(made["float32"], manifest=manifest)}


@pytest.fixture
def open_with(artifacts, tmp_path, monkeypatch) -> Open:
    monkeypatch.setenv("EDGECV_CACHE", str(tmp_path / "cache"))

    def open_it(trt: FakeTensorrt, precision: str = "float32", driver: FakeDriver | None = None) -> TensorrtEngine:
        monkeypatch.setitem(sys.modules, "tensorrt", trt)
        monkeypatch.setattr(tensorrt, "load_driver", lambda: driver or FakeDriver())
        return tensorrt.open_engine(artifacts[precision], EngineOptions())

    return open_it


@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_builds_runs_and_answers_as_the_network_does(version, precision, open_with: Open) -> None:
    trt, images = FakeTensorrt(version), models.pictures(3)
    engine = open_with(trt, precision)
    tolerance = 0.25 if precision == "int8" else 1e-4
    for name, values in models.expected(images).items():
        assert np.abs(infer(engine, images)[name] - values).max() < tolerance
    assert engine.runtime == f"tensorrt {version}"
    assert engine.kernels == "Orin, compute capability 8.7"
    assert trt.cleared == {"TF32"}


@pytest.mark.parametrize(
    ("version", "precision", "flags", "network_flags", "computes_in"),
    [
        ("8.2.1", "float32", set(), {"EXPLICIT_BATCH"}, "float32"),
        ("8.4.1", "float16", {"FP16"}, {"EXPLICIT_BATCH"}, "float16"),
        ("8.6.1", "int8", {"INT8", "FP16"}, {"EXPLICIT_BATCH"}, "int8+float16"),
        ("10.3.0", "float16", set(), {"EXPLICIT_BATCH", "STRONGLY_TYPED"}, "float16"),
        ("10.16.1", "int8", {"INT8", "FP16"}, {"EXPLICIT_BATCH"}, "int8+float16"),
        ("11.4.0", "float16", set(), {"STRONGLY_TYPED"}, "float16"),
        ("11.4.0", "int8", set(), set(), "int8+float32"),
    ],
)
def test_flags_are_set_where_they_exist(version, precision, flags, network_flags, computes_in, open_with: Open) -> None:
    trt = FakeTensorrt(version)
    engine = open_with(trt, precision)
    assert trt.flags == flags
    kinds = trt.names["NetworkDefinitionCreationFlag"]
    members = [name for place, name in enumerate(sorted(filter(str.isupper, kinds))) if trt.network_flags >> place & 1]
    assert set(members) == network_flags
    assert engine.runtime_precision == computes_in


@pytest.mark.parametrize(
    ("version", "used", "unused"),
    [
        ("8.2.1", "IBuilderConfig.max_workspace_size", "IBuilderConfig.set_memory_pool_limit"),
        ("8.4.1", "IBuilderConfig.set_memory_pool_limit", "IBuilderConfig.max_workspace_size"),
        ("8.4.1", "IExecutionContext.execute_async_v2", "IExecutionContext.execute_async_v3"),
        ("8.5.2", "IExecutionContext.execute_async_v3", "IExecutionContext.execute_async_v2"),
        ("11.4.0", "IExecutionContext.set_tensor_address", "ICudaEngine.num_bindings"),
    ],
)
def test_newer_names_are_preferred_and_older_ones_still_known(version, used, unused, open_with: Open) -> None:
    trt = FakeTensorrt(version)
    infer(open_with(trt), models.pictures(1))
    assert used in trt.used
    assert unused not in trt.used


def test_the_fake_has_no_name_that_the_real_bindings_lack() -> None:
    builder = FakeTensorrt("11.4.0").Builder(None)
    assert not hasattr(builder, "platform_has_fast_int8")
    with pytest.raises(AttributeError, match="'Builder' object has no attribute 'build_engine'"):
        builder.build_engine()
    with pytest.raises(AttributeError, match="max_workspace_size"):
        FakeTensorrt("10.3.0").Builder(None).create_builder_config().max_workspace_size = 1


def test_the_workspace_is_a_part_of_the_memory_that_a_board_shares(open_with: Open) -> None:
    small, large = FakeTensorrt("8.2.1"), FakeTensorrt("10.3.0")
    open_with(small, driver=FakeDriver(memory_bytes=2 << 30))
    open_with(large, driver=FakeDriver(memory_bytes=64 << 30))
    assert small.workspace == 512 << 20
    assert large.workspace == tensorrt.LARGEST_WORKSPACE


def test_a_plan_is_built_once_and_kept_for_the_user_alone(open_with: Open, tmp_path, capsys) -> None:
    first, second = FakeTensorrt("8.6.1"), FakeTensorrt("8.6.1")
    expected = infer(open_with(first), models.pictures(1))
    assert "progress: TensorRT builds its plan for this GPU" in capsys.readouterr().out
    again = infer(open_with(second), models.pictures(1))
    assert (first.built, second.built) == (1, 0)
    for name, values in expected.items():
        np.testing.assert_array_equal(again[name], values)
    assert capsys.readouterr().out == ""
    folder = tmp_path / "cache/tensorrt"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.suffix for path in folder.iterdir()) == [".plan", ".timing"]


def test_another_version_precision_or_power_mode_has_another_plan(open_with: Open, tmp_path, monkeypatch) -> None:
    for version, precision, mode in [
        ("8.6.1", "float32", "pmode:0000"),
        ("10.3.0", "float32", "pmode:0000"),
        ("8.6.1", "int8", "pmode:0000"),
        ("8.6.1", "float32", "pmode:0001 fmode:quiet"),
    ]:
        lay_out(tmp_path / "board", {**orin_nano.FILES, "var/lib/nvpmodel/status": mode})
        monkeypatch.setattr(tensorrt_cache, "ROOT", tmp_path / "board")
        trt = FakeTensorrt(version)
        open_with(trt, precision)
        assert trt.built == 1


def test_a_later_build_gets_the_timings_of_an_earlier_one(open_with: Open) -> None:
    open_with(FakeTensorrt("8.6.1"), "float32")
    trt = FakeTensorrt("8.6.1")
    open_with(trt, "int8")
    assert trt.timing == [b"timed"]


@pytest.mark.parametrize("bytes_left", [0, 20, 500])
def test_a_damaged_plan_is_built_again(bytes_left, open_with: Open, tmp_path) -> None:
    open_with(FakeTensorrt("8.6.1"))
    (kept,) = (tmp_path / "cache/tensorrt").glob("*.plan")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:bytes_left])
    trt = FakeTensorrt("8.6.1")
    open_with(trt)
    assert trt.built == 1
    assert kept.read_bytes() == whole


def test_a_plan_that_tensorrt_does_not_take_back_is_built_again(open_with: Open) -> None:
    open_with(FakeTensorrt("8.6.1"))
    trt = FakeTensorrt("8.6.1")
    trt.takes_back_plans = False
    open_with(trt)
    assert trt.built == 1


def test_a_cache_that_another_process_makes_at_the_same_time_is_used(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("EDGECV_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache/tensorrt").mkdir(mode=0o700, parents=True)
    monkeypatch.setattr(Path, "exists", lambda _: False)  # as it was a moment ago
    assert tensorrt_cache.folder() == tmp_path / "cache/tensorrt"


def test_a_cache_is_never_open_to_others_not_even_at_first(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("EDGECV_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    assert tensorrt_cache.folder().stat().st_mode & 0o777 == 0o700


def test_a_container_that_is_lent_one_gpu_of_several_has_one(monkeypatch) -> None:
    lent = {"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia3"}
    monkeypatch.setattr(Path, "exists", lambda path: str(path) in lent)
    assert "an NVIDIA GPU" not in (tensorrt.missing() or "")
    lent.clear()
    assert "an NVIDIA GPU" in (tensorrt.missing() or "")


def test_a_cache_that_others_can_write_is_refused(open_with: Open, tmp_path) -> None:
    (tmp_path / "cache/tensorrt").mkdir(parents=True)
    (tmp_path / "cache/tensorrt").chmod(0o770)
    with pytest.raises(InputError, match="expected a folder of yours alone; chmod 700 or remove it"):
        open_with(FakeTensorrt("8.6.1"))


@pytest.mark.parametrize(
    ("version", "errors", "said"),
    [
        ("8.4.1", [("Unique", "u", "no importer")], "node 0: no importer"),
        ("10.3.0", [("Unique", "u", "no importer")], "Unique 'u': no importer"),
        ("8.4.1", [], "it gives no reason"),  # asking for an error would crash
    ],
)
def test_a_parser_that_refuses_is_told_with_its_reason(version, errors, said, open_with: Open, artifacts) -> None:
    trt, driver = FakeTensorrt(version), FakeDriver()
    trt.parse_errors = errors
    with pytest.raises(InputError) as refused:
        open_with(trt, driver=driver)
    where = artifacts["float32"].model_file
    assert str(refused.value) == f"{where}: tensorrt {version} cannot use it on Orin: {said}"
    assert driver.retained == 0
    assert not trt.built


def test_a_build_that_fails_is_told_with_what_the_log_said(open_with: Open) -> None:
    trt = FakeTensorrt("8.6.1")
    trt.build_error = "Could not find any implementation\nfor node Conv_3."
    with pytest.raises(InputError, match=r"Could not find any implementation for node Conv_3\."):
        open_with(trt)


def test_int8_on_a_gpu_without_it_is_refused_before_the_build(open_with: Open) -> None:
    trt = FakeTensorrt("8.2.1")
    trt.int8 = False
    with pytest.raises(InputError, match="this GPU has no int8; build for float16"):
        open_with(trt, "int8")
    assert not trt.built


def test_memory_that_runs_out_is_unavailable_and_given_back(open_with: Open) -> None:
    driver = FakeDriver(free_bytes=16)
    with pytest.raises(Unavailable, match=r"cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY \(2\)"):
        open_with(FakeTensorrt("8.6.1"), driver=driver)
    assert not driver.memory


def test_closing_gives_all_memory_back(open_with: Open) -> None:
    driver = FakeDriver()
    engine = open_with(FakeTensorrt("8.6.1"), driver=driver)
    assert len(driver.memory) == 6
    engine.close()
    assert not driver.memory
    assert driver.retained == 0


def test_a_plan_of_another_network_than_the_manifest_says_is_refused(open_with: Open, artifacts, monkeypatch) -> None:
    manifest = artifacts["float32"].manifest
    wrong = tuple(dataclasses.replace(each, tensor=f"{each.name}_2") for each in manifest.outputs)
    damaged = dataclasses.replace(artifacts["float32"], manifest=dataclasses.replace(manifest, outputs=wrong))
    monkeypatch.setitem(artifacts, "float32", damaged)
    with pytest.raises(InputError, match="expected 'cls_2', the file has input, "):
        open_with(FakeTensorrt("8.6.1"))


@pytest.mark.filterwarnings("ignore:Use Deprecated in TensorRT-RTX 1.2. Timing cache")  # it keeps none, and says so
def test_real_bindings_build_a_plan_with_the_same_code(artifacts, need: Need) -> None:
    """NVIDIA's RTX compiler has the interface of TensorRT 11, and needs no GPU when it is told for which it builds."""
    need("tensorrt-rtx", compile_check.missing())
    import tensorrt_rtx as trt

    class Builder:
        def __init__(self, log):
            self.real = trt.Builder(log)

        def __getattr__(self, name):
            return getattr(self.real, name)

        def create_builder_config(self):
            config = self.real.create_builder_config()
            config.num_compute_capabilities = 1
            config.set_compute_capability(trt.ComputeCapability.SM86, 0)
            return config

    class WithoutGpu:
        def __getattr__(self, name):
            return Builder if name == "Builder" else getattr(trt, name)

    bindings = WithoutGpu()
    for precision in ("float32", "float16"):
        content = artifacts[precision].model_file.read_bytes()
        log = tensorrt_plan.listener(bindings)
        plan, _ = tensorrt_plan.build_plan(bindings, log, content, precision, 1 << 28, b"")
        assert len(plan) > 1000


def test_the_recorded_names_are_those_of_bindings_from_8_4_to_11() -> None:
    folder = Path(__file__).parent / "tensorrt_names"
    recorded = {path.stem for path in folder.glob("*.json")}
    assert recorded == {*VERSIONS, "rtx-1.7.1"} - {"8.2.1"}
