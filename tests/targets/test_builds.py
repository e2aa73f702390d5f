"""What every build writes, by being listed, and what each toolchain is known to get wrong."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.numpy_helper import to_array

from edgecv.hosts import local
from edgecv.records.artifact import open_artifact
from edgecv.records.files import digest_of_file
from edgecv.targets import TARGETS, Spec
from edgecv.targets.order import Order, write_orders
from tests.conftest import Need
from tests.targets.networks import ALL, LABELS, PREPROCESS, Workplace, workplace

IDS = ["-".join(build) for build in ALL]


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Workplace:
    for name, module in TARGETS.items():
        need(name, module.missing())
    return workplace("detection", tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("build", ALL, ids=IDS)
def test_a_draft_says_what_it_is_and_has_no_seal(build: tuple[str, str], detector: Workplace) -> None:
    folder = detector.draft(*build)
    manifest = open_artifact(folder).manifest
    assert (manifest.target, manifest.precision) == build
    assert manifest.name == f"tiny-detection-{'-'.join(build)}"
    assert (manifest.task, manifest.labels) == ("detection", LABELS)
    assert manifest.preprocess == PREPROCESS
    assert set(manifest.digests) == {"network", "calibration"}
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *manifest.files}
    assert {path: digest_of_file(folder / path) for path in manifest.files} == dict(manifest.files)
    assert "keras" in manifest.tools


@pytest.mark.parametrize("build", ALL, ids=IDS)
def test_inputs_and_outputs_are_described_by_name(build: tuple[str, str], detector: Workplace) -> None:
    manifest = open_artifact(detector.draft(*build)).manifest
    layout = "nchw" if build[0] in ("onnx", "tensorrt") else "nhwc"
    shape = (1, 3, 64, 64) if layout == "nchw" else (1, 64, 64, 3)
    assert [(each.name, each.shape, each.layout) for each in manifest.inputs] == [("input", shape, layout)]
    assert [each.name for each in manifest.outputs] == ["box", "cls"]
    stored = {("tflite", "int8"): "int8", ("tflite", "int16x8"): "int16"}.get(build, "float32")
    assert manifest.io == ("" if stored == "float32" else "integer")
    for tensor in (*manifest.inputs, *manifest.outputs):
        assert tensor.dtype == stored
        assert (tensor.quantization is None) == (stored == "float32")
        assert tensor.meaning


@pytest.mark.parametrize("target", ["tflite", "openvino", "onnx"])
@pytest.mark.parametrize(("precision", "share"), [("float16", 0.7), ("int8", 0.6)])
def test_less_precision_shrinks_the_file(target: str, precision: str, share: float, detector: Workplace) -> None:
    whole, small = (
        sum(path.stat().st_size for path in detector.draft(target, each).glob("model.*") if path.suffix != ".xml")
        for each in ("float32", precision)
    )
    assert small < share * whole


def test_a_tensorrt_file_has_the_form_that_every_version_reads(detector: Workplace) -> None:
    graph = onnx.load(detector.draft("tensorrt", "int8") / "model.onnx").graph
    constants = {each.name: to_array(each) for each in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    quantizing = [node for node in graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    assert quantizing
    for node in quantizing:
        zero_point = constants[node.input[2]]
        assert zero_point.dtype == np.int8
        assert not zero_point.any()
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert convolutions
    for node in convolutions:
        dequantized = made_by[node.input[1]]
        quantized = made_by[dequantized.input[0]]
        assert (quantized.op_type, dequantized.op_type) == ("QuantizeLinear", "DequantizeLinear")
        assert (
            constants[quantized.input[0]].dtype == np.float32
        )  # TensorRT 8.4 takes no weights that are stored as int8
        assert constants[quantized.input[1]].shape == constants[quantized.input[0]].shape[:1]  # one scale a channel
        assert constants[node.input[2]].dtype == np.float32


def test_an_onnx_file_for_processors_quantizes_activations_to_uint8_with_a_zero_point(detector: Workplace) -> None:
    graph = onnx.load(detector.draft("onnx", "int8") / "model.onnx").graph
    constants = {each.name: to_array(each) for each in graph.initializer}
    zero_points = [constants[node.input[2]] for node in graph.node if node.op_type == "QuantizeLinear"]
    assert {each.dtype for each in zero_points} == {np.dtype(np.uint8)}
    assert any(zero_points)


def test_weights_with_one_scale_a_tensor_are_what_was_asked_for(detector: Workplace, tmp_path: Path) -> None:
    # TFLite's turn is in test_tflite.py, where TensorFlow is at hand.
    orders = [Order(target, Spec("int8", "per_tensor"), tmp_path / target) for target in ("openvino", "onnx")]
    arguments = [detector.exported, "--builds", write_orders(orders, tmp_path / "orders.json")]
    local.run_module("edgecv.targets", arguments, log=tmp_path / "log")
    graph = onnx.load(tmp_path / "onnx/model.onnx").graph
    constants = {each.name: to_array(each) for each in graph.initializer}
    scales = [constants[node.input[1]] for node in graph.node if node.op_type == "DequantizeLinear"]
    assert {scale.size for scale in scales} == {1}
    one_a_channel = re.compile(r'element_type="f32" shape="(?!1,)\d+, 1, 1, 1"')
    assert not one_a_channel.search((tmp_path / "openvino/model.xml").read_text())
    assert one_a_channel.search((detector.draft("openvino", "int8") / "model.xml").read_text())
