"""What the TensorRT target writes: for which version which files, the same bytes each time, and never a refused one."""

import struct
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from edgecv.errors import GateRefused, InputError
from edgecv.targets import Built, Exported, Spec, tensorrt
from edgecv.targets.tensorrt import compile_check
from edgecv.targets.tensorrt.calibration import cache_text
from edgecv.targets.tensorrt.lint import lint
from tests.targets.tensorrt_network import add_before_the_end, exported

FILES = {
    ("float32", ""): ("model.onnx",),
    ("float16", "10.3"): ("model.onnx", "trtexec.sh"),
    ("int8", ""): ("model.onnx",),
    ("int8", "8.2.1"): ("model.onnx", "float32.onnx", "int8.calib", "trtexec.sh"),
    ("int8", "8.5.2"): ("model.onnx", "float32.onnx", "int8.calib", "trtexec.sh"),
    ("int8", "10.3.0"): ("model.onnx", "float32.onnx", "int8.calib", "trtexec.sh"),
    ("int8", "11.0"): ("model.onnx", "trtexec.sh"),
}


@pytest.fixture(autouse=True)
def no_compiler(monkeypatch) -> None:
    """Its check has its own tests, and would take seconds in each of these."""
    monkeypatch.setattr(compile_check, "missing", lambda: "pip install 'edgecv[tensorrt-rtx]'")


@pytest.fixture
def network(tmp_path) -> Exported:
    return exported(tmp_path / "exported")


def build(network: Exported, folder: Path, precision: str, oldest: str = "") -> Built:
    folder.mkdir(exist_ok=True)
    return tensorrt.build(network, Spec(precision, oldest=oldest), folder)  # type: ignore[arg-type]


def answer(path: Path, network: Exported) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = [image.transpose(0, 3, 1, 2) for image in network.calibration_inputs()]
    return np.concatenate([session.run(None, {"input": image})[0] for image in images])


@pytest.mark.parametrize(("precision", "oldest"), FILES)
def test_the_version_of_the_device_decides_which_files_there_are(precision, oldest, network, tmp_path) -> None:
    built = build(network, tmp_path / "out", precision, oldest)
    assert built.files == FILES[precision, oldest]
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(built.files)
    assert built.model == "model.onnx"
    assert built.warnings == (
        "seen by no compiler of NVIDIA's; to have it compiled without a GPU: pip install 'edgecv[tensorrt-rtx]'",
    )


@pytest.mark.parametrize(("precision", "oldest"), FILES)
def test_the_same_network_gives_the_same_bytes(precision, oldest, network, tmp_path) -> None:
    for folder in ("one", "other"):
        build(network, tmp_path / folder, precision, oldest)
    for name in FILES[precision, oldest]:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


@pytest.mark.parametrize(("precision", "close"), [("float32", 1e-6), ("float16", 1e-2), ("int8", 0.15)])
@pytest.mark.parametrize("oldest", ["8.0", "8.4", "11.4"])
def test_every_file_is_still_the_network(oldest, precision, close, network, tmp_path) -> None:
    build(network, tmp_path / "out", precision, oldest)
    expected = answer(network.onnx, network)
    assert np.abs(answer(tmp_path / "out/model.onnx", network) - expected).max() < close * expected.std()
    assert lint(tmp_path / "out/model.onnx", precision, oldest) == []


def test_devices_before_8_4_get_the_opset_that_they_read(network, tmp_path) -> None:
    build(network, tmp_path / "old", "float32", "8.2.1")
    build(network, tmp_path / "new", "float32", "8.4.1")
    assert onnx.load(tmp_path / "old/model.onnx").opset_import[0].version == 13
    assert onnx.load(tmp_path / "new/model.onnx").opset_import[0].version == 17


def test_a_network_that_an_old_opset_cannot_hold_is_refused(network, tmp_path) -> None:
    add_before_the_end(network, "HardSwish")
    with pytest.raises(InputError, match=r"TensorRT 8\.2 reads opset 13, which cannot hold this network: .*HardSwish"):
        build(network, tmp_path / "out", "float32", "8.2")
    build(network, tmp_path / "out", "float32", "8.4")


def test_an_operator_that_the_device_lacks_is_refused_with_its_node(network, tmp_path) -> None:
    add_before_the_end(network, "LayerNormalization", "ones")
    with pytest.raises(GateRefused) as refused:
        build(network, tmp_path / "out", "float32", "8.5.2")
    assert str(refused.value) == (
        "small: tensorrt float32: LayerNormalization 'more': TensorRT 8.5 lacks this operator, 8.6 brought it; "
        "replace the layer that it comes from"
    )
    build(network, tmp_path / "out", "float32", "8.6.2")


def test_a_calibration_cache_has_the_scale_of_every_tensor_big_end_first(network, tmp_path) -> None:
    build(network, tmp_path / "out", "int8", "8.2.1")
    header, *lines = (tmp_path / "out/int8.calib").read_text().splitlines()
    assert header == "TRT-8201-EntropyCalibration2"
    scales = {name: struct.unpack(">f", bytes.fromhex(bits))[0] for name, bits in (line.split(": ") for line in lines)}
    assert set(scales) == {"input", "stem", "active", "up", "pooled", "flat", "dense", "logits"}
    inputs = np.concatenate(list(network.calibration_inputs()))
    assert scales["input"] == pytest.approx(np.abs(inputs).max() / 127, rel=1e-6)
    assert scales["logits"] == pytest.approx(np.abs(answer(network.onnx, network)).max() / 127, rel=1e-5)


def test_a_tensor_that_is_always_zero_has_no_scale() -> None:
    assert cache_text({"a": 127.0, "b": 0.0}, (8, 0)) == "TRT-8001-EntropyCalibration2\na: 3f800000\n"


def test_a_calibration_cache_names_its_version_as_that_version_counts() -> None:
    assert cache_text({}, (8, 6)) == "TRT-8601-EntropyCalibration2\n"
    assert cache_text({}, (10, 3)) == "TRT-100301-EntropyCalibration2\n"


@pytest.mark.parametrize("oldest", ["8.2.1", "10.3.0"])
def test_a_calibration_cache_is_never_given_with_a_quantized_file(oldest, network, tmp_path) -> None:
    build(network, tmp_path / "out", "int8", oldest)
    lines = (tmp_path / "out/trtexec.sh").read_text().splitlines()
    (with_cache,) = (line for line in lines if "--calib" in line)
    assert "--onnx=float32.onnx" in with_cache
    operators = {node.op_type for node in onnx.load(tmp_path / "out/float32.onnx").graph.node}
    assert "QuantizeLinear" not in operators
