"""TFLite builds: the precisions in what the file itself says. TensorFlow is imported here, in this process."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgecv.records.recipe import Io, Precision
from edgecv.targets import Spec, open_exported, tflite
from edgecv.targets.export import export
from tests.targets.networks import LABELS, PREPROCESS, Workplace, request_for, workplace

pytestmark = pytest.mark.filterwarnings("ignore:Statistics for quantized inputs were expected:UserWarning")


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace("detection", tmp_path_factory.getbasetemp())


def tensors(path: Path) -> list[Mapping[str, Any]]:
    details: list[Mapping[str, Any]] = Interpreter(str(path)).get_tensor_details()
    return details


def kernels(path: Path) -> set[str]:
    """The types of the convolutions' weights."""
    weights = [each for each in tensors(path) if len(each["shape"]) == 4 and each["shape"][0] > 1]
    assert weights
    return {np.dtype(each["dtype"]).name for each in weights}


@pytest.mark.parametrize(
    ("precision", "stored"),
    [("float32", "float32"), ("float16", "float16"), ("dynamic", "int8"), ("int8", "int8"), ("int16x8", "int8")],
)
def test_weights_are_stored_in_what_the_precision_promises(precision: str, stored: str, detector: Workplace) -> None:
    assert stored in kernels(detector.draft("tflite", precision) / "model.tflite")


def test_nothing_but_integers_flows_through_an_integer_file(detector: Workplace) -> None:
    for precision in ("int8", "int16x8"):
        types = {np.dtype(each["dtype"]).name for each in tensors(detector.draft("tflite", precision) / "model.tflite")}
        assert not {name for name in types if name.startswith("float")}


@pytest.mark.parametrize("precision", ["int8", "int16x8"])
def test_float_inputs_and_outputs_are_given_where_they_are_asked_for(
    precision: Precision, detector: Workplace, tmp_path: Path
) -> None:
    built = tflite.build(open_exported(detector.exported), Spec(precision, io="float"), tmp_path)
    for tensor in (*built.inputs, *built.outputs):
        assert (tensor.dtype, tensor.quantization) == ("float32", None)
    assert kernels(tmp_path / built.model) == {"int8"}


@pytest.mark.parametrize("precision", ["dynamic", "int8", "int16x8"])
def test_weights_have_one_scale_a_tensor_where_that_is_asked_for(
    precision: Precision, detector: Workplace, tmp_path: Path
) -> None:
    tflite.build(open_exported(detector.exported), Spec(precision, "per_tensor"), tmp_path)
    asked, left_alone = (
        max(len(tensor["quantization_parameters"]["scales"]) for tensor in tensors(folder / "model.tflite"))
        for folder in (tmp_path, detector.draft("tflite", precision))
    )
    assert asked == 1
    assert left_alone > 1


@pytest.mark.parametrize("precision", ["dynamic", "int16x8"])  # in int8, what rounding values does drowns it
def test_what_rounding_the_weights_moves_is_taken_back_by_the_biases(
    precision: Precision, detector: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = open_exported(detector.exported)

    def error(folder: Path) -> float:
        runner = Interpreter(str(folder / "model.tflite")).get_signature_runner()
        floats = Interpreter(str(detector.draft("tflite", "float32") / "model.tflite")).get_signature_runner()
        errors = [runner(input=image)["box"] - floats(input=image)["box"] for image in exported.calibration_inputs()]
        return float(np.sqrt(np.mean(np.square(errors))))

    io: Io | None = None if precision == "dynamic" else "float"
    spec = Spec(precision, "per_tensor", io)  # the others are rounded together, which leaves the biases nothing to do
    tflite.build(exported, spec, tmp_path / "corrected")
    monkeypatch.setattr(tflite, "correct_biases", lambda content, _: (content, ()))
    tflite.build(exported, spec, tmp_path / "left")
    assert error(tmp_path / "corrected") < 0.95 * error(tmp_path / "left")


def test_biases_that_layers_share_are_left_alone_and_said(tmp_path: Path) -> None:
    import keras
    from keras import layers

    pixels = keras.Input((*PREPROCESS.size, 3))
    x = layers.ReLU()(layers.Conv2D(32, 3, strides=4, use_bias=False)(pixels))
    for _ in range(2):
        x = layers.ReLU()(layers.Conv2D(32, 3, use_bias=False)(x))
    network = keras.Model(pixels, layers.Dense(len(LABELS))(layers.GlobalAveragePooling2D()(x)))
    exported = export(request_for(network, "classification", tmp_path), tmp_path / "exported")
    built = tflite.build(exported, Spec("int8", "per_tensor"), tmp_path)
    assert built.warnings == ("biases of 3 layers are not corrected: the converter stored equal ones once",)


def test_a_runtime_older_than_the_known_one_is_warned_of(detector: Workplace, tmp_path: Path) -> None:
    spec = Spec("float32", package="tflite-runtime", oldest="2.11")
    built = tflite.build(open_exported(detector.exported), spec, tmp_path)
    assert built.warnings == ("its operators were held against tflite-runtime 2.14; 2.11 may know fewer",)
