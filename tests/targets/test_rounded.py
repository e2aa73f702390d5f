"""Weights that were rounded together reach the files as they are: no converter rounds them once more."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from ai_edge_litert.interpreter import Interpreter
from onnx.numpy_helper import to_array

from edgecv.hosts import local
from edgecv.ondevice.engines.openvino import import_openvino
from edgecv.quantization.grids import GRIDS
from edgecv.targets import TARGETS, Exported, Spec, open_exported
from edgecv.targets.order import Order, grids_of, write_orders
from edgecv.targets.rounded import rounded
from tests.targets.networks import Workplace, workplace


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace("detection", tmp_path_factory.getbasetemp())


def keras_kernels(exported: Exported) -> list[np.ndarray]:
    import keras

    network = keras.saving.load_model(exported.network)
    return [np.asarray(layer.kernel) for layer in network.layers if hasattr(layer, "kernel")]


def onnx_weights(path: Path) -> list[np.ndarray]:
    values = [to_array(weight) for weight in onnx.load(path).graph.initializer]
    return [each for each in values if each.ndim > 1 and each.size > 8]


def same(found: Sequence[np.ndarray], wanted: np.ndarray, within: float) -> bool:
    return any(each.shape == wanted.shape and np.abs(each - wanted).max() <= within for each in found)


@pytest.mark.parametrize("grid", list(GRIDS))
def test_every_kernel_of_the_network_is_replaced_in_both_files(grid: str, detector: Workplace) -> None:
    exact = open_exported(detector.exported)
    export = exact.on_grid(grid)
    assert export.onnx != exact.onnx
    before, after = onnx_weights(exact.onnx), onnx_weights(export.onnx)
    assert len(before) == len(after) == len(keras_kernels(exact))
    assert not any(same(after, each, 0) for each in before)


@pytest.mark.parametrize("grid", list(GRIDS))
def test_saved_model_and_onnx_are_still_one_network(grid: str, detector: Workplace) -> None:
    import onnxruntime
    import tensorflow as tf

    export = open_exported(detector.exported).on_grid(grid)
    serve = tf.saved_model.load(str(export.saved_model)).signatures["serving_default"]
    session: Any = onnxruntime.InferenceSession(export.onnx, providers=["CPUExecutionProvider"])
    image = next(export.reference_inputs())
    for name, values in serve(input=tf.constant(image)).items():
        (other,) = session.run([name], {"input": image.transpose(0, 3, 1, 2)})
        np.testing.assert_allclose(other.transpose(0, 2, 3, 1), values.numpy(), atol=1e-3)


def test_tflite_keeps_the_rounded_weights(detector: Workplace) -> None:
    export = open_exported(detector.exported).on_grid("int8")
    interpreter = Interpreter(str(detector.draft("tflite", "int8") / "model.tflite"))
    interpreter.allocate_tensors()
    held = []
    for details in interpreter.get_tensor_details():
        quantization = details["quantization_parameters"]
        if details["dtype"] == np.int8 and len(details["shape"]) == 4 and len(quantization["scales"]) > 1:
            sides = [1] * 4
            sides[quantization["quantized_dimension"]] = -1
            held.append(interpreter.get_tensor(details["index"]) * quantization["scales"].reshape(sides))
    wanted = [each.transpose(0, 2, 3, 1) for each in onnx_weights(export.onnx)]
    assert len(held) == len(wanted)
    assert all(same(held, each, 1e-5) for each in wanted)


@pytest.mark.parametrize("target", ["onnx", "tensorrt"])
def test_onnx_files_keep_the_rounded_weights(target: str, detector: Workplace) -> None:
    export = open_exported(detector.exported).on_grid("int8")
    graph = onnx.load(detector.draft(target, "int8") / "model.onnx").graph
    values = {weight.name: to_array(weight) for weight in graph.initializer}
    held = []
    for node in graph.node:
        if node.op_type in ("DequantizeLinear", "QuantizeLinear") and node.input[0] in values:
            weights, scales = values[node.input[0]], values[node.input[1]]
            if weights.ndim == 4:
                scales = scales.reshape(-1, 1, 1, 1)
                steps = weights if weights.dtype == np.int8 else np.rint(weights / scales)
                held.append(steps * scales)
    wanted = onnx_weights(export.onnx)
    assert len(held) == len(wanted)
    assert all(same(held, each, 1e-5) for each in wanted)


def test_openvino_keeps_the_rounded_weights_and_those_of_the_first_layer_in_seven_bits(detector: Workplace) -> None:
    export = open_exported(detector.exported).on_grid("int8_first_7")
    operations = import_openvino().Core().read_model(detector.draft("openvino", "int8") / "model.xml").get_ordered_ops()
    held = []
    for operation in operations:
        if operation.get_type_name() == "Multiply":
            cast, scales = (operation.input_value(place).get_node() for place in (0, 1))
            if cast.get_type_name() == "Convert" and scales.get_type_name() == "Constant":
                held.append(cast.input_value(0).get_node().data * scales.data.astype(np.float32))
    wanted = onnx_weights(export.onnx)
    assert all(same(held, each, 1e-5) for each in wanted)


def test_float16_files_keep_the_rounded_weights_and_leave_biases_as_they_are(detector: Workplace) -> None:
    graph = onnx.load(open_exported(detector.exported).on_grid("float16_wide_biases").onnx).graph
    wanted = {weight.name: to_array(weight) for weight in graph.initializer}
    layers = [node for node in graph.node if node.op_type == "Conv"]
    kernels, biases = ([wanted[node.input[place]] for node in layers] for place in (1, 2))
    assert any((each.astype(np.float16) != each).any() for each in biases)

    held = openvino_constants(detector.draft("openvino", "float16"))
    assert all(same([each for each in held if each.dtype == np.float16], kernel, 0) for kernel in kernels)
    narrow = [each.ravel() for each in held if each.dtype == np.float32]
    assert all(any(np.array_equal(each, bias) for each in narrow) for bias in biases)

    held = tflite_constants(detector.draft("tflite", "float16"))
    turned = [each.transpose(0, 3, 1, 2) for each in held if each.dtype == np.float16]
    assert all(same(turned, kernel, 0) for kernel in kernels)
    narrow = [each for each in held if each.dtype == np.float32]
    assert all(any(np.array_equal(each, bias) for each in narrow) for bias in biases)


def openvino_constants(draft: Path) -> list[np.ndarray]:
    operations = import_openvino().Core().read_model(draft / "model.xml").get_ordered_ops()
    return [np.array(each.data) for each in operations if each.get_type_name() == "Constant"]


def tflite_constants(draft: Path) -> list[np.ndarray]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs((draft / "model.tflite").read_bytes())
    graph, kinds = model.Subgraphs(0), {schema.TensorType.FLOAT16: np.float16, schema.TensorType.FLOAT32: np.float32}
    tensors = [graph.Tensors(place) for place in range(graph.TensorsLength())]
    return [
        model.Buffers(each.Buffer()).DataAsNumpy().view(kinds[each.Type()]).reshape(each.ShapeAsNumpy())
        for each in tensors
        if each.Type() in kinds and model.Buffers(each.Buffer()).DataLength()
    ]


def test_one_scale_for_a_whole_tensor_starts_from_the_exact_weights(detector: Workplace) -> None:
    exact = open_exported(detector.exported)
    assert rounded(exact, Spec("int8", "per_tensor"), TARGETS["onnx"].GRIDS) == exact
    assert rounded(exact, Spec("float32"), TARGETS["onnx"].GRIDS) == exact
    assert rounded(exact, Spec("int8"), TARGETS["onnx"].GRIDS) != exact


@pytest.mark.parametrize("target", TARGETS)
def test_every_grid_of_a_target_exists_and_is_for_a_precision_that_it_has(target: str) -> None:
    assert GRIDS.keys() >= set(TARGETS[target].GRIDS.values())
    assert set(TARGETS[target].PRECISIONS) == {"float32", *TARGETS[target].GRIDS}


def test_weights_are_rounded_for_the_builds_that_are_ordered_and_no_others(tmp_path: Path) -> None:
    specs = [("onnx", Spec("float32")), ("openvino", Spec("int8")), ("tflite", Spec("int8", "per_tensor"))]
    assert grids_of(Order(target, spec, tmp_path) for target, spec in specs[:1]) == []
    assert grids_of(Order(target, spec, tmp_path) for target, spec in specs) == ["int8_first_7"]


def test_a_grid_that_a_later_build_needs_is_added_and_is_the_same(detector: Workplace, tmp_path: Path) -> None:
    late = tmp_path / "exported"
    shutil.copytree(detector.exported, late, ignore=shutil.ignore_patterns("int8", "float16*"))
    assert open_exported(late).without(GRIDS) == ["float16", "float16_wide_biases", "int8"]
    order = Order("onnx", Spec("int8"), tmp_path / "draft")
    log = tmp_path / "log"
    local.run_module("edgecv.targets", [late, "--builds", write_orders([order], tmp_path / "orders.json")], log=log)
    assert open_exported(late).without(GRIDS) == ["float16", "float16_wide_biases"]
    for file in ("model.onnx", "saved_model/saved_model.pb"):
        assert (late / "rounded/int8" / file).read_bytes() == (detector.exported / "rounded/int8" / file).read_bytes()
    assert (order.folder / "model.onnx").read_bytes() == (detector.draft("onnx", "int8") / "model.onnx").read_bytes()
