"""The operators of the file itself: counted alike in every format, with its own types and its runtime's memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.inspection.file_graph import read_file
from edgecv.inspection.summary import summary
from edgecv.targets import TARGETS
from tests.conftest import Need
from tests.ondevice import models

# 2 x 2 convolution with stride 2 on 16 x 24 x 3, then two of 1 x 1 on 8 x 12 x 8.
MACS = 8 * 12 * (2 * 2 * 3 * 8 + 8 * 5 + 8 * 4)
PARAMETERS = (2 * 2 * 3 + 1) * 8 + (8 + 1) * (5 + 4)


def found(target: str, precision: str, folder: Path) -> dict[str, Any]:
    artifact = models.artifact(target, folder / "artifact", precision)
    return summary(read_file(artifact.model_file, precision))


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize("target", ["tflite", "onnx", "openvino"])
def test_every_format_is_counted_alike(target: str, precision: str, tmp_path: Path, need: Need) -> None:
    need(target, TARGETS[target].missing())
    result = found(target, precision, tmp_path)
    assert (result["totals"]["macs"], result["totals"]["macs_not_counted"]) == (MACS, [])
    assert result["totals"]["parameters"] == PARAMETERS
    assert result["inputs"] == [[16, 24, 3]]
    assert sorted(result["outputs"]) == [[8, 12, 4], [8, 12, 5]]
    convolutions = [layer for layer in result["layers"] if layer["macs"]]
    assert [layer["receptive_field"] for layer in convolutions] == [[2, 2]] * 3
    value_bytes = 1 if precision == "int8" else 4
    assert convolutions[0]["activation_bytes"] == 8 * 12 * 8 * value_bytes


def test_integers_are_told_as_such(tmp_path: Path, need: Need) -> None:
    need("tflite", TARGETS["tflite"].missing())
    result = found("tflite", "int8", tmp_path)
    assert result["layers"][0]["weights_types"] == ["int32", "int8"]
    assert result["totals"]["weights_bytes"] == MACS // 96 + 4 * (8 + 5 + 4)


def test_the_peak_is_what_the_interpreter_of_tflite_takes(tmp_path: Path, need: Need) -> None:
    """Depthwise and 1 x 1 convolutions need no room of their own: nothing but tensors lies in its memory."""
    need("tflite", TARGETS["tflite"].missing())
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    pixels = keras.Input((32, 32, 8), batch_size=1)
    wide = keras.layers.Conv2D(32, 1, activation="relu")(pixels)
    inside = keras.layers.DepthwiseConv2D(3, padding="same")(wide)
    narrow = keras.layers.Conv2D(8, 1)(keras.layers.Add()([wide, inside]))
    network = keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(narrow))
    path = tmp_path / "model.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(network).convert())
    found = summary(read_file(path, ""))
    assert found["totals"]["peak_activation_bytes"] == 4 * 32 * 32 * (
        8 + 32 + 32
    )  # the sum takes the place of a summand
    assert arena_bytes(path) == pytest.approx(found["totals"]["peak_activation_bytes"], rel=0.01)
    assert found["layers"][-1]["receptive_field"] == [32, 32]


@pytest.mark.parametrize("ending", [".onnx", ".xml"])
@pytest.mark.parametrize(
    ("sides", "reshaped", "kernel", "macs"),
    [((8, 8, 4), (4, 8, 8), (2, 4, 3, 3), 6 * 6 * 9 * 4 * 2), ((4, 32), (4, 32), (2, 4, 3), 30 * 3 * 4 * 2)],
    ids=["two sides, after a reshape", "one side"],
)
def test_a_convolution_is_counted_however_its_tensors_lie(
    ending: str, sides: Any, reshaped: Any, kernel: Any, macs: int, tmp_path: Path, need: Need
) -> None:
    """A reshape does not tell which side becomes which. A convolution does: it takes channels first."""
    need("onnx", TARGETS["onnx"].missing())
    path = write_convolution(tmp_path / "model.onnx", sides, reshaped, kernel)
    if ending == ".xml":
        need("openvino", TARGETS["openvino"].missing())
        import openvino

        openvino.save_model(openvino.convert_model(path), tmp_path / "model.xml")
    convolution = summary(read_file(path.with_suffix(ending), "float32"))["layers"][-1]
    assert convolution["macs"] == macs
    assert convolution["output"] == ([6, 6, 2] if len(kernel) == 4 else [1, 2, 30])  # a list keeps its sides


def write_convolution(path: Path, sides: Any, reshaped: Any, kernel: Any) -> Path:
    """A reshape and a convolution without padding."""
    import onnx
    from onnx import TensorProto, helper

    made = (1, kernel[0], *(side - 2 for side in reshaped[1:]))
    given, made = (helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", (1, *sides)), ("y", made)))
    shape = onnx.numpy_helper.from_array(np.array((1, *reshaped)), "shape")
    weights = onnx.numpy_helper.from_array(np.ones(kernel, np.float32), "kernel")
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["r"]), helper.make_node("Conv", ["r", "kernel"], ["y"])]
    graph = helper.make_graph(nodes, "network", [given], [made], [shape, weights])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def arena_bytes(path: Path) -> int:
    """From the first byte to the last that the interpreter gives to tensors which are no constants."""
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    interpreter.allocate_tensors()
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    spans = []
    for index, tensor in enumerate(model.subgraphs[0].tensors):
        if model.buffers[tensor.buffer].data is None:
            values: np.ndarray = interpreter.tensor(index)()
            spans.append((values.ctypes.data, values.ctypes.data + values.nbytes))
    return max(end for _, end in spans) - min(start for start, _ in spans)


@pytest.mark.parametrize("name", ["broken.tflite", "broken.onnx", "broken.xml"])
def test_a_damaged_file_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"nothing of the kind" * 20)
    with pytest.raises(InputError, match=name):
        read_file(path, "")
