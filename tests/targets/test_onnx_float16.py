"""Float16 with the types in the graph: the same network, the same bytes, and weights that fit."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from edgecv.errors import InputError
from edgecv.targets.onnx_float16 import write_float16
from tests.targets.tensorrt_network import SIZE, model


@pytest.fixture
def source(tmp_path: Path) -> Path:
    onnx.save(model(), tmp_path / "float32.onnx")
    return tmp_path / "float32.onnx"


def answer(path: Path) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).normal(0, 1, (1, 3, *SIZE)).astype(np.float32)
    values: np.ndarray = session.run(None, {"input": image})[0]
    return values


def change_weight(path: Path, name: str, value: float) -> None:
    changed = onnx.load(path)
    for weight in changed.graph.initializer:
        if weight.name == name:
            values = numpy_helper.to_array(weight).copy()
            values.reshape(-1)[0] = value
            weight.CopyFrom(numpy_helper.from_array(values, name))
    onnx.save(changed, path)


def test_the_answers_are_those_of_the_network_and_the_types_are_in_the_graph(source, tmp_path) -> None:
    write_float16(source, tmp_path / "float16.onnx", "flowers")
    np.testing.assert_allclose(answer(tmp_path / "float16.onnx"), answer(source), atol=1e-2)
    graph = onnx.load(tmp_path / "float16.onnx").graph
    floats = {each.data_type for each in graph.initializer if each.data_type != TensorProto.INT64}
    assert floats == {TensorProto.FLOAT16}
    assert {port.type.tensor_type.elem_type for port in (*graph.input, *graph.output)} == {TensorProto.FLOAT}
    assert [node.op_type for node in graph.node if node.op_type == "Cast"] == ["Cast", "Cast"]
    assert (graph.node[0].op_type, graph.node[-1].op_type) == ("Cast", "Cast")


def test_the_same_network_gives_the_same_bytes(source, tmp_path) -> None:
    write_float16(source, tmp_path / "one.onnx", "flowers")
    write_float16(source, tmp_path / "other.onnx", "flowers")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "other.onnx").read_bytes()


@pytest.mark.parametrize("value", [70000.0, -1e30])
def test_a_weight_beyond_float16_is_refused_with_its_value_and_what_to_do(value, source, tmp_path) -> None:
    change_weight(source, "up_weights", value)
    with pytest.raises(InputError) as refused:
        write_float16(source, tmp_path / "float16.onnx", "flowers")
    assert str(refused.value) == (
        f"flowers: float16 ends at 65504, got {abs(value):.6g} among the weights of a ConvTranspose; "
        "build it as float32 or int8"
    )
    assert not (tmp_path / "float16.onnx").exists()


def test_the_last_value_of_float16_is_taken(source, tmp_path) -> None:
    change_weight(source, "up_weights", 65504.0)
    write_float16(source, tmp_path / "float16.onnx", "flowers")
    assert np.isfinite(answer(tmp_path / "float16.onnx")).all()


def test_a_bound_that_bounds_nothing_may_be_any_number(source, tmp_path) -> None:
    changed = onnx.load(source)
    changed.graph.initializer.append(numpy_helper.from_array(np.array(0, np.float32), "lowest"))
    changed.graph.initializer.append(numpy_helper.from_array(np.array(3e38, np.float32), "highest"))
    (relu,) = (node for node in changed.graph.node if node.op_type == "Relu")
    relu.CopyFrom(helper.make_node("Clip", ["stem", "lowest", "highest"], ["active"], "active"))
    onnx.save(changed, source)
    write_float16(source, tmp_path / "float16.onnx", "flowers")
    np.testing.assert_allclose(answer(tmp_path / "float16.onnx"), answer(source), atol=1e-2)
