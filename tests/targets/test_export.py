"""What an export keeps of a network, and what it refuses. TensorFlow is imported here, in this process."""

import dataclasses
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from keras import layers

from edgecv.errors import InputError
from edgecv.models.opening import open_network
from edgecv.models.shapes import fix_shape
from edgecv.quantization.calibration import normalised
from edgecv.records.preprocess import Preprocess
from edgecv.targets import open_exported
from edgecv.targets.export import export
from edgecv.targets.rungs import keep_answers
from tests.targets.networks import (
    CALIBRATION,
    LABELS,
    PREPROCESS,
    Workplace,
    images,
    lively_network,
    request_for,
    workplace,
)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace("detection", tmp_path_factory.getbasetemp())


def classifier(body: Callable[[Any], Any], *, outputs: int = len(LABELS)) -> Any:
    """A network with `body` between a convolution and the classes."""
    pixels = keras.Input((*PREPROCESS.size, 3), name="input")
    x = body(layers.Conv2D(8, 3, strides=4, name="stem")(pixels))
    return keras.Model(pixels, {"logits": layers.Dense(outputs, name="logits")(layers.GlobalAveragePooling2D()(x))})


def test_an_exported_folder_tells_all_that_a_build_needs(detector: Workplace) -> None:
    exported = open_exported(detector.exported)
    assert exported.name == "tiny-detection"
    assert exported.outputs == {"box": (1, 8, 8, 4), "cls": (1, 8, 8, 4)}
    assert exported.labels == LABELS
    assert exported.preprocess == PREPROCESS
    assert np.array_equal(exported.calibration(), images(CALIBRATION, seed=1))
    assert np.array_equal(exported.reference_images(), images(32, seed=2))


def test_the_reference_is_what_keras_answers_at_inference(detector: Workplace) -> None:
    exported = open_exported(detector.exported)
    answers = lively_network("detection")(normalised(exported.reference_images(), PREPROCESS), training=False)
    for name, values in exported.reference_outputs().items():
        assert np.abs(values - answers[name].numpy()).max() < 1e-4 * values.std()


def test_the_onnx_file_has_channels_first_throughout_and_names_that_never_change(detector: Workplace) -> None:
    graph = onnx.load(open_exported(detector.exported).onnx).graph
    shapes = {
        port.name: [side.dim_value for side in port.type.tensor_type.shape.dim]
        for port in (*graph.input, *graph.output)
    }
    assert shapes == {"input": [1, 3, 64, 64], "box": [1, 4, 8, 8], "cls": [1, 4, 8, 8]}
    assert "Transpose" not in {node.op_type for node in graph.node}
    assert [node.name for node in graph.node] == [f"{node.op_type}_{place}" for place, node in enumerate(graph.node)]


def test_what_a_layer_computed_when_it_was_built_is_no_input_of_the_onnx_file(tmp_path: Path) -> None:
    def body(x: Any) -> Any:
        return layers.Normalization(mean=[0.1 * each for each in range(8)], variance=[0.5] * 8)(x)

    exported = export(request_for(classifier(body), "classification", tmp_path), tmp_path / "exported")
    assert [port.name for port in onnx.load(exported.onnx).graph.input] == ["input"]
    keep_answers(exported)
    for name, values in exported.reference_outputs().items():
        np.testing.assert_allclose(exported.rung_outputs("onnx")[name], values, atol=1e-4 * values.std())


def test_a_number_may_be_added_right_after_a_convolution(tmp_path: Path) -> None:
    network = classifier(lambda x: layers.Conv2D(8, 1)(layers.Activation("hard_sigmoid")(x)))
    exported = export(request_for(network, "classification", tmp_path), tmp_path / "exported")
    keep_answers(exported)
    for name, values in exported.reference_outputs().items():
        np.testing.assert_allclose(exported.rung_outputs("onnx")[name], values, atol=1e-4 * values.std())


def test_layers_that_take_silence_for_training_are_told_that_it_is_over(tmp_path: Path) -> None:
    network = classifier(lambda x: layers.BatchNormalization(name="norm")(layers.Resizing(8, 8)(x)))
    request = request_for(network, "classification", tmp_path)
    before = [np.array(weight) for weight in open_network(request.network).get_layer("norm").get_weights()]
    exported = export(request, tmp_path / "exported")
    expected = network.predict(normalised(images(32, seed=2), PREPROCESS), verbose=0)["logits"]
    assert np.abs(exported.reference_outputs()["logits"] - expected).max() < 1e-5
    assert all(map(np.array_equal, before, network.get_layer("norm").get_weights()))


def test_the_only_output_needs_no_name(tmp_path: Path) -> None:
    pixels = keras.Input((*PREPROCESS.size, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, strides=4)(pixels))
    network = keras.Model(pixels, layers.Dense(len(LABELS), name="whatever")(x))
    exported = export(request_for(network, "classification", tmp_path), tmp_path / "exported")
    assert exported.outputs == {"logits": (1, 4)}


ENDS: list[Callable[[Any], Any]] = [
    lambda x: layers.Activation("linear", name="cls")(x),
    lambda x: layers.Dropout(0.5, name="cls")(x),
    lambda x: layers.BatchNormalization(name="cls")(x),
]


@pytest.mark.parametrize("end", ENDS, ids=["linear", "dropout", "norm"])
def test_outputs_keep_their_names_where_preparing_takes_the_layer_out_that_gave_them(
    end: Callable[[Any], Any], tmp_path: Path
) -> None:
    pixels = keras.Input((*PREPROCESS.size, 3))
    x = layers.Conv2D(8, 3, strides=8, padding="same", activation="relu")(pixels)
    network = keras.Model(pixels, [end(layers.Conv2D(4, 1, name="c2")(x)), layers.Conv2D(4, 1, name="box")(x)])
    exported = export(request_for(network, "detection", tmp_path), tmp_path / "exported")
    cls, box = network(normalised(exported.reference_images(), PREPROCESS), training=False)
    for answers in (exported.reference_outputs(), exported.rung_outputs("folded")):
        assert np.abs(answers["cls"] - cls).max() < 1e-4
        assert np.abs(answers["box"] - box).max() < 1e-4
    assert {port.name for port in onnx.load(exported.onnx).graph.output} == {"box", "cls"}


def test_the_reference_is_of_the_network_before_anything_was_done_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaging(network: Any, *wanted: Any) -> Any:
        fixed = fix_shape(network, *wanted)
        fixed.set_weights([2 * weight for weight in fixed.get_weights()])
        return fixed

    pixels = keras.Input((None, None, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, strides=4)(pixels))
    network = keras.Model(pixels, layers.Dense(len(LABELS), activation="softmax")(x))
    monkeypatch.setattr("edgecv.targets.export.fix_shape", damaging)
    exported = export(request_for(network, "classification", tmp_path), tmp_path / "exported")
    expected = network(normalised(exported.reference_images(), PREPROCESS), training=False)
    logits = exported.reference_outputs()["logits"]
    assert np.abs(np.exp(logits) / np.exp(logits).sum(-1, keepdims=True) - expected).max() < 1e-5
    assert np.abs(logits - exported.rung_outputs("folded")["logits"]).max() > 0.01


@pytest.mark.parametrize("content", [b"", b"not a zip file" * 100], ids=["empty", "foreign"])
def test_a_file_that_is_no_network_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.keras").write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.keras: expected a \.keras file: .*zip"):
        open_network(tmp_path / "broken.keras")


@pytest.mark.parametrize("config", ["{}", "[]", '{"config": {"layers": [{"class_name": "Dense"}]}}', "{not json"])
def test_a_zip_with_a_strange_description_is_refused_by_name(config: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "strange.keras", "w") as archive:
        archive.writestr("config.json", config)
    with pytest.raises(InputError, match=r"strange\.keras: expected a \.keras file"):
        open_network(tmp_path / "strange.keras")


def test_a_missing_file_and_a_zip_of_something_else_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.keras"):
        open_network(tmp_path / "absent.keras")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("photo.txt", "no network")
    with pytest.raises(InputError, match=r"other\.keras: expected a \.keras file"):
        open_network(tmp_path / "other.keras")


def test_damage_inside_a_network_file_is_told(tmp_path: Path) -> None:
    whole = request_for(classifier(layers.ReLU()), "classification", tmp_path).network
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "damaged.keras", "w") as new:
        new.writestr("config.json", old.read("config.json"))
        new.writestr("metadata.json", old.read("metadata.json"))
        new.writestr("model.weights.h5", old.read("model.weights.h5")[:3000])
    with pytest.raises(InputError, match=r"damaged\.keras: Keras refuses it"):
        open_network(tmp_path / "damaged.keras")


@keras.saving.register_keras_serializable("tests")
class Doubling(layers.Layer):  # type: ignore[misc,unused-ignore]
    def call(self, x: Any) -> Any:
        return x * 2


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        (layers.Lambda(lambda x: x * 2, name="mine"), r"layer 'mine' is a Lambda"),
        (Doubling(name="mine"), r"layer 'mine' is a custom layer, 'Doubling'"),
    ],
    ids=["lambda", "custom"],
)
def test_code_inside_a_network_file_is_refused_by_the_layer_that_carries_it(
    layer: Any, complaint: str, tmp_path: Path
) -> None:
    request = request_for(classifier(layer), "classification", tmp_path)
    with pytest.raises(InputError, match=complaint) as refused:
        open_network(request.network)
    assert str(request.network) in str(refused.value)


def test_a_network_of_another_task_is_refused(tmp_path: Path) -> None:
    request = request_for(classifier(layers.ReLU()), "detection", tmp_path)
    with pytest.raises(InputError, match=r"not a network for detection with 4 labels: expected cls .*, got logits"):
        export(request, tmp_path / "exported")


def test_a_network_with_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    request = request_for(classifier(layers.ReLU(), outputs=7), "classification", tmp_path)
    with pytest.raises(InputError, match=r"expected logits \(1, 4\), got logits \(1, 7\)"):
        export(request, tmp_path / "exported")


@pytest.mark.parametrize("preprocess", [Preprocess((32, 32)), Preprocess((64, 64), color="gray")], ids=["size", "gray"])
def test_a_preprocessing_for_another_input_is_refused(preprocess: Preprocess, tmp_path: Path) -> None:
    request = request_for(classifier(layers.ReLU()), "classification", tmp_path)
    stack = np.zeros((2, *preprocess.size, preprocess.channels), np.uint8)
    np.save(request.calibration, stack)
    np.save(request.reference, stack)
    with pytest.raises(InputError, match=r"takes images of \(64, 64, 3\) .*, but preprocess gives"):
        export(dataclasses.replace(request, preprocess=preprocess), tmp_path / "exported")


@pytest.mark.parametrize(
    ("value", "complaint"), [(0.0, "the same for all images"), (np.nan, "not finite")], ids=["constant", "nan"]
)
def test_a_network_with_dead_outputs_is_refused_before_anything_is_built(
    value: float, complaint: str, tmp_path: Path
) -> None:
    network = lively_network("detection")
    kernel, bias = network.get_layer("cls").get_weights()
    network.get_layer("cls").set_weights([np.full_like(kernel, value), bias])
    with pytest.raises(InputError, match=f"output 'cls' is {complaint}"):
        export(request_for(network, "detection", tmp_path), tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_a_failed_optimisation_is_an_error_and_not_a_slow_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("seeded")

    monkeypatch.setattr("tf2onnx.optimizer.transpose_optimizer.TransposeOptimizer._optimize", fail)
    network = classifier(layers.ReLU())
    with pytest.raises(InputError, match=r"network\.keras: tf2onnx refuses it: ValueError: seeded"):
        export(request_for(network, "classification", tmp_path), tmp_path / "exported")


def test_an_operation_that_onnx_lacks_is_told(tmp_path: Path) -> None:
    network = classifier(lambda x: keras.ops.erfinv(keras.ops.tanh(x)))
    with pytest.raises(InputError, match=r"network\.keras: tf2onnx refuses it: .*Erfinv"):
        export(request_for(network, "classification", tmp_path), tmp_path / "exported")


@pytest.mark.parametrize("size", [(30, 30), (23, 37)], ids=["twice as large", "odd"])
def test_nearest_resizing_takes_the_same_pixels_in_onnx(size: tuple[int, int], tmp_path: Path) -> None:
    network = classifier(lambda x: layers.Conv2D(8, 3)(keras.ops.image.resize(x, size, interpolation="nearest")))
    exported = export(request_for(network, "classification", tmp_path), tmp_path / "exported")
    session = onnxruntime.InferenceSession(exported.onnx)
    for image, expected in zip(exported.reference_images(), exported.reference_outputs()["logits"], strict=True):
        (logits,) = session.run(["logits"], {"input": normalised(image[None], PREPROCESS).transpose(0, 3, 1, 2)})
        assert np.abs(logits[0] - expected).max() < 1e-5
