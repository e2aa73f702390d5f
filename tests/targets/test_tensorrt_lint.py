"""The lint: sound files pass for every version, and each seeded violation is refused with its own sentence."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from edgecv.targets import Spec, tensorrt
from edgecv.targets.tensorrt.lint import lint
from edgecv.targets.tensorrt.operators import ADDED_IN, opsets, parsed
from tests.targets.tensorrt_faults import EIGHT, FAULTS, seed
from tests.targets.tensorrt_network import exported

VERSIONS = ("8.4.1", "8.5.2", "8.6.2", "10.3", "10.16.2", "11.4.1")
Changed = Callable[[str, Callable[[Any], object]], Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tensorrt")
    network = exported(folder / "exported")
    for precision in tensorrt.PRECISIONS:
        (folder / precision).mkdir()
        tensorrt.build(network, Spec(precision), folder / precision)
    return {precision: folder / precision / "model.onnx" for precision in tensorrt.PRECISIONS}


@pytest.fixture
def changed(files: dict[str, Path], tmp_path: Path) -> Changed:
    def change(precision: str, how: Callable[[Any], object]) -> Path:
        model = onnx.load(files[precision])
        how(model)
        onnx.save(model, tmp_path / "changed.onnx")
        return tmp_path / "changed.onnx"

    return change


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("precision", tensorrt.PRECISIONS)
def test_what_is_built_passes_for_every_version(precision, version, files) -> None:
    assert lint(files[precision], precision, version) == []


@pytest.mark.parametrize("name", FAULTS)
def test_each_seeded_violation_is_refused_with_its_sentence(name, files, tmp_path) -> None:
    fault = FAULTS[name]
    onnx.save(seed(onnx.load(files["int8"]), fault), tmp_path / "broken.onnx")
    complaints = lint(tmp_path / "broken.onnx", "int8", fault.version)
    assert any(re.search(fault.says, complaint) for complaint in complaints), complaints
    assert all("\n" not in complaint and len(complaint) < 200 for complaint in complaints)


def test_the_eight_violations_break_a_rule_each(files, tmp_path) -> None:
    first = []
    for name in EIGHT:
        onnx.save(seed(onnx.load(files["int8"]), FAULTS[name]), tmp_path / "broken.onnx")
        (complaint, *_) = lint(tmp_path / "broken.onnx", "int8", FAULTS[name].version)
        first.append(re.sub(r"'.*?'", "", complaint))
    assert len(set(first)) == 8


def test_weights_of_other_layers_have_other_axes(changed) -> None:
    def move_axis(model) -> None:
        for node in model.graph.node:
            if node.op_type in ("QuantizeLinear", "DequantizeLinear") and node.name.startswith(("up_w", "dense_w")):
                del node.attribute[:]
                node.attribute.append(helper.make_attribute("axis", 0))

    complaints = "\n".join(lint(changed("int8", move_axis), "int8"))
    assert "axis: expected 1 for the weights of ConvTranspose 'up', got 0" in complaints
    assert "axis: expected 1 for the weights of Gemm 'dense', got 0" in complaints


def test_integers_in_a_float_file_are_refused(files) -> None:
    (complaint,) = lint(files["int8"], "float32")
    assert complaint.endswith("a float32 file must hold no integers, for devices without them; build it as int8")


def test_a_float_file_is_no_int8_file(files) -> None:
    assert lint(files["float32"], "int8") == ["the file: expected QuantizeLinear nodes in an int8 file, got none"]


RANGES = [("8.2", "7 to 13"), ("8.6", "7 to 17"), ("10.3", "9 to 20"), ("11", "9 to 25")]


@pytest.mark.parametrize(("version", "range_"), RANGES)
def test_opsets_outside_of_a_version_are_refused(version, range_, changed) -> None:
    def raise_opset(model) -> None:
        model.opset_import[0].version = int(range_.split()[-1]) + 1

    assert any(f"reads {range_}" in each for each in lint(changed("float32", raise_opset), "float32", version))


def test_a_reshape_that_leaves_allowzero_out_is_refused(changed) -> None:
    def leave_out(model) -> None:
        for node in model.graph.node:
            if node.op_type == "Reshape":
                del node.attribute[:]

    (complaint,) = lint(changed("float32", leave_out), "float32")
    assert complaint == "Reshape 'flat': TensorRT 8 refuses it unless 'allowzero' is written out; set it to 0"


def test_float16_files_compute_in_one_type(files, changed) -> None:
    def back_to_float32(model) -> None:
        for weight in model.graph.initializer:
            if weight.name == "stem_bias":
                values = onnx.numpy_helper.to_array(weight).astype(np.float32)
                weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))

    (complaint,) = lint(changed("float16", back_to_float32), "float16")
    assert complaint == "Conv 'stem': mixes float and float16; cast its inputs to one type"
    (complaint,) = lint(files["float32"], "float16")
    assert complaint.startswith("the file: expected float16 tensors, got none")
    (complaint,) = lint(files["float16"], "float32")
    assert complaint == "the file: expected no float16 tensors, since it is to be float32"


def test_doubles_are_refused_by_every_version(changed) -> None:
    def widen(model) -> None:
        model.graph.node.append(helper.make_node("Cast", ["logits"], ["wide"], "wide", to=TensorProto.DOUBLE))
        model.graph.output.append(helper.make_tensor_value_info("wide", TensorProto.DOUBLE, (1, 4)))

    for version in VERSIONS:
        complaints = lint(changed("float32", widen), "float32", version)
        sentence = rf"tensor 'wide': TensorRT {re.escape('.'.join(version.split('.')[:2]))} has no double tensors; cast"
        assert any(re.match(sentence, each) for each in complaints)


def test_operators_of_others_are_refused(changed) -> None:
    def foreign(model) -> None:
        model.graph.node[1].domain = "com.microsoft"
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))

    complaints = lint(changed("float32", foreign), "float32")
    assert complaints == ["Relu 'active': no TensorRT has this operator; replace the layer that it comes from"]


def test_the_tables_hold_for_versions_between_and_after_their_entries() -> None:
    assert parsed("10") == (10, 0)
    assert parsed("8.4.1") == (8, 4)
    assert opsets(parsed("9.2")) == (7, 17)
    assert opsets(parsed("12.1")) == (9, 25)
    assert ADDED_IN["HardSwish"] == (8, 4)
    assert ADDED_IN["Conv"] == (8, 0)
