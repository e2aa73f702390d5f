"""The fifteen faults that are listed in the README for anyone to see."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.parity.bisect import BuildAnew
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Precision
from edgecv.targets import Spec, open_exported
from edgecv.targets.exported import save_array
from edgecv.targets.order import Order
from faults.place import (
    Case,
    Fault,
    Place,
    build_here,
    edit,
    export_again,
    folded_network,
    rewrite,
    traced,
    with_other_words,
    write_saved_model,
)


def bgr_in_the_manifest(place: Place) -> Case:
    draft = place.build("onnx", "int8")
    edit(draft, lambda plain: plain["preprocess"].update(color="bgr"))
    return Case(draft)


def forgotten_mean(place: Place) -> Case:
    draft = place.build("tflite", "float32")
    edit(draft, lambda plain: plain["preprocess"].update(mean=[0, 0, 0]))
    return Case(draft)


def half_the_deviation(place: Place) -> Case:
    draft = place.build("openvino", "int8")
    edit(draft, lambda plain: plain["preprocess"].update(std=[each / 2 for each in plain["preprocess"]["std"]]))
    return Case(draft)


def training_mode(place: Place) -> Case:
    function, _ = traced(place.original, open_exported(place.exported), training=True)
    write_saved_model(place, place.original, function)
    place.answer_again()
    return Case(place.build("tflite", "int8"))


def permuted_filters(place: Place) -> Case:
    network = folded_network(place)
    layer = next(layer for layer in network.layers if type(layer).__name__ == "Conv2D" and "stage2" in layer.name)
    kernel, *rest = layer.get_weights()
    layer.set_weights([np.roll(kernel, 1, axis=-1), *rest])
    export_again(place, network)
    return Case(place.build("openvino", "float32"))


def other_epsilon(place: Place) -> Case:
    import keras

    from edgecv.quantization.preparing import prepare

    network = keras.models.clone_model(place.original)
    network.set_weights(place.original.get_weights())
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.epsilon = 0.1
    nothing = np.zeros((1, *network.input_shape[1:]), np.float32)  # only equalisation would look at it
    export_again(place, prepare(network, nothing, equalise=False).network)
    return Case(place.build("tflite", "int8"))


def variables_not_frozen(place: Place) -> Case:
    def build(exported: Path, order: Order, log: Path) -> None:
        import tensorflow as tf

        build_here(exported, order, log)
        network = folded_network(place)
        function, _ = traced(network, open_exported(exported))
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], network)
        rewrite(order.folder, "model.tflite", converter.convert())

    return _built_by(build, place, "tflite", "float32")


def swapped_outputs(place: Place) -> Case:
    def swap(plain: dict[str, Any]) -> None:
        first, second = plain["outputs"]
        first["tensor"], second["tensor"] = second["tensor"], first["tensor"]

    draft = place.build("openvino", "float32")
    edit(draft, swap)
    return Case(draft)


def labels_moved_by_one(place: Place) -> Case:
    draft = place.build("onnx", "float32")
    edit(draft, lambda plain: plain.update(labels=[*plain["labels"][1:], plain["labels"][0]]))
    return Case(draft)


def reshaped_input(place: Place) -> Case:
    import onnx

    exported = open_exported(place.exported)
    model = onnx.load(exported.onnx)
    height, width = exported.preprocess.size
    shape = onnx.numpy_helper.from_array(np.array([1, height, width, exported.preprocess.channels]), "rows_first")
    model.graph.initializer.append(shape)
    for node in model.graph.node:
        node.input[:] = ["turned" if name == "input" else name for name in node.input]
    model.graph.node.insert(0, onnx.helper.make_node("Reshape", ["input", "rows_first"], ["reshaped"]))
    model.graph.node.insert(1, onnx.helper.make_node("Transpose", ["reshaped"], ["turned"], perm=[0, 3, 1, 2]))
    onnx.save(model, exported.onnx)
    place.answer_again()
    return Case(place.build("tensorrt", "float32"))


def lost_scale(place: Place) -> Case:
    draft = place.build("tflite", "int8")
    edit(draft, lambda plain: plain["outputs"][1].update(quantization=None))
    return Case(draft)


def calibrated_on_raw_pixels(place: Place) -> Case:
    def build(exported: Path, order: Order, log: Path) -> None:
        if order.spec.precision == "float32":
            build_here(exported, order, log)
            return
        said = open_exported(exported).preprocess
        nothing_done = Preprocess(said.size, mean=(0, 0, 0), std=(1, 1, 1))
        raw = with_other_words(exported, order.folder.with_name(f"{order.folder.name}-raw"), preprocess=nothing_done)
        build_here(raw, order, log)
        edit(order.folder, lambda plain: plain.update(preprocess=dataclasses.asdict(said)))

    return _built_by(build, place, "onnx", "int8")


def calibrated_on_noise(place: Place) -> Case:
    calibration = np.load(place.exported / "calibration.npy")
    noise = np.random.default_rng(0).normal(127.5, 0.1 * calibration.std(), calibration.shape)
    save_array(place.exported / "calibration.npy", noise.clip(0, 255).astype(np.uint8))
    return Case(place.build("tflite", "int8"))


def boxes_beside_scores(place: Place) -> Case:
    return Case(place.build("tflite", "int8"))


def beyond_float16(place: Place) -> Case:
    """Scale a ReLU pair of layers so that what is between them leaves the range, and the network stays the same."""
    network = folded_network(place)
    first, second = network.get_layer("stage1"), network.get_layer("stage2_1")
    factor = 4e4 / max(np.abs(each).max() for each in first.get_weights())
    first.set_weights([each * factor for each in first.get_weights()])
    kernel, *rest = second.get_weights()
    second.set_weights([kernel / factor, *rest])
    others = network.get_layer("stage2_shortcut")
    kernel, *rest = others.get_weights()
    others.set_weights([kernel / factor, *rest])
    export_again(place, network)
    return Case(place.build("onnx", "float16"))


def _built_by(build: BuildAnew, place: Place, target: str, precision: Precision) -> Case:
    draft = place.exported.with_name(f"{target}-{precision}")
    build(place.exported, Order(target, Spec(precision), draft), draft.with_suffix(".log"))
    return Case(draft, build)


FAULTS = [
    Fault(1, "the manifest says BGR where the network saw RGB", "description", bgr_in_the_manifest),
    Fault(2, "the manifest forgets the mean", "description", forgotten_mean, "classification"),
    Fault(3, "the manifest halves the standard deviation", "description", half_the_deviation, "segmentation"),
    Fault(4, "batch norm exported in training mode", "saved_model", training_mode, "segmentation"),
    Fault(5, "the filters of one convolution permuted while folding", "folded", permuted_filters),
    Fault(6, "batch norm folded with another epsilon (0.1)", "folded", other_epsilon, "classification"),
    Fault(7, "TFLite made from variables that were not frozen", "converted", variables_not_frozen),
    Fault(8, "the manifest swaps two outputs of one shape", "description", swapped_outputs),
    Fault(9, "the labels moved by one", "description", labels_moved_by_one, "classification"),
    Fault(10, "the input of the ONNX file reshaped, not transposed, to channels first", "onnx", reshaped_input),
    Fault(11, "the manifest loses scale and zero point of an output", "description", lost_scale),
    Fault(12, "int8 calibrated on pixels that nobody normalised", "precision", calibrated_on_raw_pixels),
    Fault(13, "int8 calibrated on noise a tenth as wide as the images", "precision", calibrated_on_noise),
    Fault(
        14,
        "an int8 detector whose boxes in pixels and scores share one tensor",
        "precision",
        boxes_beside_scores,
        "concatenating",
    ),
    Fault(15, "activations beyond the range of float16 in a float16 file", "precision", beyond_float16),
]
