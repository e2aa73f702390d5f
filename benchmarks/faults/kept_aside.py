"""The fifteen faults that were kept aside while the checks were made; their list is kept_aside.md."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from edgecv.quantization.calibration import normalised
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task
from edgecv.targets import open_exported
from edgecv.targets.exported import save_array
from faults.networks import LABELS, PREPROCESS, images, lively, mobile
from faults.place import (
    Case,
    Fault,
    Place,
    edit,
    export_again,
    export_first,
    folded_network,
    rewrite,
    traced,
    write_saved_model,
)

SEED = 3


def stretch_for_letterbox(place: Place) -> Case:
    letterbox = replace(PREPROCESS, resize="letterbox")
    place = _instead(place, lively("detection", SEED), "detection", letterbox)
    draft = place.build("tflite", "int8")
    edit(draft, lambda plain: plain["preprocess"].update(resize="stretch"))
    return Case(draft)


def exchanged_sides(place: Place) -> Case:
    def exchange(plain: dict[str, Any]) -> None:
        plain["preprocess"]["size"].reverse()
        _, height, width, _ = plain["inputs"][0]["shape"]
        plain["inputs"][0]["shape"][1:3] = width, height

    oblong = replace(PREPROCESS, size=(64, 96))
    place = _instead(place, lively("segmentation", SEED, oblong.size), "segmentation", oblong)
    draft = place.build("openvino", "float32")
    edit(draft, exchange)
    return Case(draft)


def lost_bias(place: Place) -> Case:
    def lose(graph: Any) -> None:
        convolution = _middle([node for node in graph.node if node.op_type == "Conv" and len(node.input) == 3])
        del convolution.input[2]

    _change_onnx(place, lose)
    return Case(place.build("onnx", "int8"))


def permuted_depthwise(place: Place) -> Case:
    from onnx.numpy_helper import from_array, to_array

    def permute(graph: Any) -> None:
        groups = {node.input[1]: each.i for node in graph.node for each in node.attribute if each.name == "group"}
        kernel = _middle([weight for weight in graph.initializer if groups.get(weight.name, 1) > 1])
        kernel.CopyFrom(from_array(np.roll(to_array(kernel), 1, axis=0), kernel.name))

    place = _mobile(place)
    _change_onnx(place, permute)
    return Case(place.build("tensorrt", "float16"))


def earlier_checkpoint(place: Place) -> Case:
    """Train for one more epoch and export again, but leave the SavedModel as it was."""
    import keras

    later = keras.models.clone_model(place.original)
    later.set_weights(place.original.get_weights())
    later.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    keras.utils.set_random_seed(SEED)
    pixels = normalised(images(64, seed=5), PREPROCESS)
    later.fit(pixels, {"logits": np.arange(64) % len(LABELS)}, batch_size=16, verbose=0)
    stale = shutil.copytree(open_exported(place.exported).saved_model, place.exported.with_name("stale"))
    place = _instead(place, later, "classification")
    shutil.rmtree(open_exported(place.exported).saved_model)
    shutil.copytree(stale, open_exported(place.exported).saved_model)
    place.answer_again()
    return Case(place.build("openvino", "int8"))


def dropout_left_on(place: Place) -> Case:
    """Dropout as Keras 2 spells it: the random operation of Keras 3 is refused by the converters before parity."""
    import keras
    import tensorflow as tf

    class AlwaysOn(keras.layers.Dropout):  # type: ignore[misc]
        def call(self, inputs: Any, training: bool = False) -> Any:  # noqa: ARG002 - what goes wrong
            return tf.nn.dropout(inputs, self.rate)

    def cloned(layer: Any) -> Any:
        kind = AlwaysOn if isinstance(layer, keras.layers.Dropout) else type(layer)
        return kind.from_config(layer.get_config())

    place = _mobile(place)
    network = keras.models.clone_model(place.original, clone_function=cloned)
    network.set_weights(place.original.get_weights())
    function, _ = traced(network, open_exported(place.exported))
    write_saved_model(place, network, function)
    place.answer_again()
    return Case(place.build("tflite", "float32"))


def zeroed_weights(place: Place) -> Case:
    """Half of the largest layer: its later filters."""
    from ai_edge_litert.interpreter import Interpreter

    draft = place.build("tflite", "int8")
    content = (draft / "model.tflite").read_bytes()
    interpreter = Interpreter(model_content=content)  # before it has memory, it gives what the file holds
    constants = [_stored(interpreter, each["index"]) for each in interpreter.get_tensor_details()]
    weights = max((each for each in constants if each in content), key=len)
    half = len(weights) // 2
    rewrite(draft, "model.tflite", content.replace(weights, weights[:half] + bytes(len(weights) - half)))
    return Case(draft)


def float16_called_float32(place: Place) -> Case:
    import openvino

    draft = place.build("openvino", "float32")
    narrow = draft.with_name("narrow")
    narrow.mkdir()
    openvino.save_model(openvino.Core().read_model(draft / "model.xml"), narrow / "model.xml", compress_to_fp16=True)
    for file in ("model.xml", "model.bin"):
        rewrite(draft, file, (narrow / file).read_bytes())
    return Case(draft)


def lost_limit(place: Place) -> Case:
    from onnx.numpy_helper import from_array

    def lose(graph: Any) -> None:
        graph.initializer.append(from_array(np.float32(np.finfo(np.float32).max), "no_limit"))
        _middle([node for node in graph.node if node.op_type == "Clip"]).input[2] = "no_limit"

    place = _mobile(place)
    _change_onnx(place, lose)
    return Case(place.build("onnx", "int8"))


def equalised_through_relu6(place: Place) -> Case:
    from edgecv.quantization.flattening import read
    from edgecv.quantization.kernels import input_ranges, output_ranges, scale_inputs, scale_outputs
    from edgecv.quantization.rebuilding import rebuild

    place = _mobile(place)
    graph = read(folded_network(place))
    parts = {step.name: step.part for step in graph.steps}
    first, second = parts["stage1_pointwise"], parts["stage2_depthwise"]
    given = output_ranges(first)
    factors = np.sqrt(given / input_ranges(second, len(given)))
    scale_outputs(first, 1 / factors)
    if first.bias is not None:
        first.set_bias(first.bias / factors)
    scale_inputs(second, factors)
    export_again(place, rebuild(graph))
    return Case(place.build("tflite", "int8"))


def rescaled_on_one_side(place: Place) -> Case:
    network = folded_network(place)
    first = network.get_layer("stage2_1")
    doubled = np.where(np.arange(first.filters) == 0, 2, 1)
    first.set_weights([weights * doubled for weights in first.get_weights()])
    export_again(place, network)
    return Case(place.build("onnx", "int8"))


def scale_divided(place: Place) -> Case:
    import onnx
    from onnx.numpy_helper import from_array, to_array

    draft = place.build("onnx", "int8")
    model = onnx.load(draft / "model.onnx")
    scale = _middle([node for node in model.graph.node if node.op_type == "QuantizeLinear"]).input[1]
    stored = next(weight for weight in model.graph.initializer if weight.name == scale)
    stored.CopyFrom(from_array(to_array(stored) / np.float32(8), scale))
    rewrite(draft, "model.onnx", model.SerializeToString())
    return Case(draft)


def calibrated_on_black(place: Place) -> Case:
    calibration = open_exported(place.exported).calibration()
    save_array(place.exported / "calibration.npy", np.zeros_like(calibration))
    return Case(place.build("openvino", "int8"))


def outputs_swapped_inside(place: Place) -> Case:
    def swap(graph: Any) -> None:
        other = {"cls": "box", "box": "cls"}
        for node in graph.node:
            node.output[:] = [other.get(name, name) for name in node.output]

    _change_onnx(place, swap)
    return Case(place.build("tensorrt", "float32"))


def padded_on_the_other_side(place: Place) -> Case:
    def turn(graph: Any) -> None:
        pads = [each for node in graph.node if node.op_type == "Conv" for each in node.attribute if each.name == "pads"]
        uneven = _middle([each for each in pads if each.ints[:2] != each.ints[2:]])
        uneven.ints[:] = [*uneven.ints[2:], *uneven.ints[:2]]

    _change_onnx(place, turn)
    return Case(place.build("onnx", "float32"))


def _instead(place: Place, network: Any, task: Task, preprocess: Preprocess = PREPROCESS) -> Place:
    """Export a network of the fault's own in the place of the given one."""
    own = export_first(network, task, place.exported.with_name("own"), preprocess=preprocess)
    shutil.rmtree(place.exported)
    own.exported.rename(place.exported)
    return Place(place.exported, network)


def _mobile(place: Place) -> Place:
    return _instead(place, mobile(SEED), "classification")


def _change_onnx(place: Place, change: Callable[[Any], None]) -> None:
    """Change the graph of the exported ONNX file, which all builds from it share."""
    import onnx

    path = open_exported(place.exported).onnx
    model = onnx.load(path)
    change(model.graph)
    onnx.save(model, path)
    place.answer_again()


def _middle(all_of_a_kind: list[Any]) -> Any:
    """One that is neither the first nor the last: the choice should make a fault neither mild nor harsh."""
    return all_of_a_kind[len(all_of_a_kind) // 2]


def _stored(interpreter: Any, index: int) -> bytes:
    try:
        content: bytes = interpreter.get_tensor(index).tobytes()
    except ValueError:  # a value, which has no content yet
        return b""
    return content


FAULTS = [
    Fault(
        16,
        "the manifest says stretch where the network was trained with letterbox",
        "description",
        stretch_for_letterbox,
    ),
    Fault(
        17,
        "the manifest exchanges height and width of an input that is not square",
        "description",
        exchanged_sides,
    ),
    Fault(18, "the bias of one convolution lost in the ONNX file", "onnx", lost_bias),
    Fault(19, "the kernels of one depthwise convolution permuted in the ONNX file", "onnx", permuted_depthwise),
    Fault(
        20,
        "the SavedModel holds the weights of an earlier checkpoint",
        "saved_model",
        earlier_checkpoint,
        "classification",
    ),
    Fault(21, "dropout left on in the SavedModel", "saved_model", dropout_left_on),
    Fault(22, "a part of the weights of a finished TFLite file zeroed, its digest renewed", "artifact", zeroed_weights),
    Fault(
        23,
        "a finished OpenVINO file called float32 whose weights are stored as float16",
        "artifact",
        float16_called_float32,
        "segmentation",
    ),
    Fault(24, "the upper limit of a ReLU6 lost in the ONNX file", "onnx", lost_limit),
    Fault(25, "two layers equalised through a ReLU6 as if it were a ReLU", "folded", equalised_through_relu6),
    Fault(26, "one channel of a pair rescaled in its first layer only", "folded", rescaled_on_one_side, "segmentation"),
    Fault(
        27,
        "the scale of one activation divided by eight in a finished int8 ONNX file",
        "artifact",
        scale_divided,
        "classification",
    ),
    Fault(28, "int8 calibrated on black images", "precision", calibrated_on_black, "segmentation"),
    Fault(29, "two outputs of one shape swapped inside the ONNX file", "onnx", outputs_swapped_inside),
    Fault(30, "a strided convolution padded on the other side in the ONNX file", "onnx", padded_on_the_other_side),
]
