"""The compile check: what NVIDIA's RTX compiler says of a file, from a child process that may crash."""

from pathlib import Path

import onnx
import pytest

from edgecv.errors import GateRefused, Unavailable
from edgecv.targets import Exported, Spec, tensorrt
from edgecv.targets.tensorrt import compile_check
from edgecv.targets.tensorrt.rtx import _without_driver_talk
from tests.conftest import Need
from tests.targets.tensorrt_faults import FAULTS, seed
from tests.targets.tensorrt_network import exported


@pytest.fixture
def network(tmp_path) -> Exported:
    return exported(tmp_path / "exported")


@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """Give a compiler of one's own the name of NVIDIA's."""

    def write(code: str) -> None:
        folder = tmp_path / "packages"
        (folder / "tensorrt_rtx-9.9.dist-info").mkdir(parents=True)
        (folder / "tensorrt_rtx-9.9.dist-info/METADATA").write_text("Name: tensorrt_rtx\nVersion: 9.9\n")
        (folder / "tensorrt_rtx.py").write_text(code)
        monkeypatch.syspath_prepend(folder)
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return write


def build(network: Exported, folder: Path, precision: str):
    folder.mkdir()
    return tensorrt.build(network, Spec(precision), folder)  # type: ignore[arg-type]


def test_the_compiler_accepts_every_precision_and_the_artifact_says_what_that_proves(
    network, tmp_path, need: Need
) -> None:
    need("tensorrt-rtx", compile_check.missing())
    for precision in tensorrt.PRECISIONS:
        built = build(network, tmp_path / precision, precision)
        assert "tensorrt-rtx" in built.tools
        (fact,) = built.warnings
        assert fact.startswith("accepted by NVIDIA's RTX compiler ")
        assert fact.endswith(", which is neither TensorRT nor the device")


@pytest.mark.parametrize(
    ("fault", "names"), [("zero point of 5", "QuantizeLinear"), ("operator of no version", "Unique")]
)
def test_the_compiler_refuses_what_tensorrt_would(fault, names, network, tmp_path, need: Need) -> None:
    need("tensorrt-rtx", compile_check.missing())
    build(network, tmp_path / "out", "int8")
    broken = seed(onnx.load(tmp_path / "out/model.onnx"), FAULTS[fault])
    onnx.save(broken, tmp_path / "broken.onnx")
    said = compile_check.compile_check(tmp_path / "broken.onnx", "int8").refused
    assert names in said
    assert "cuda" not in said.lower()
    assert "\n" not in said


def test_a_compiler_that_crashes_has_refused(network, tmp_path, compiler) -> None:
    compiler("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(GateRefused) as refused:
        build(network, tmp_path / "out", "float32")
    what = "small: tensorrt float32: NVIDIA's RTX compiler 9.9 refuses it"
    assert str(refused.value) == f"{what}: edgecv.targets.tensorrt.rtx: crashed with SIGSEGV"


def test_a_compiler_that_does_not_load_is_told_with_its_reason(network, tmp_path, compiler) -> None:
    compiler("raise ImportError('libnvinfer.so.11: cannot open shared object file')")
    with pytest.raises(Unavailable, match=r"tensorrt-rtx does not load: libnvinfer\.so\.11: cannot open"):
        build(network, tmp_path / "out", "float32")


def test_the_absence_of_a_driver_is_never_given_as_the_reason() -> None:
    said = "Conv 'stem': kernel weights have 27 values (cudaError 35: CUDA driver version is insufficient)"
    assert _without_driver_talk(said) == "Conv 'stem': kernel weights have 27 values"
    assert _without_driver_talk("cudaError 35: CUDA driver version is insufficient") == "it gives no reason"
