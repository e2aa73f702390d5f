"""TFLite, from the SavedModel by TensorFlow's converter.

From nothing else: a function that is not frozen gives a file that opens everywhere and answers with NaN, and a frozen
one loses the names of its outputs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecv.hosts.versions import versions
from edgecv.models.refusals import vendor_refusals
from edgecv.quantization.calibration import FEWEST
from edgecv.records.artifact import Quantization, Tensor
from edgecv.records.files import write_whole
from edgecv.records.recipe import Precision
from edgecv.targets.exported import Exported
from edgecv.targets.protocol import Built, Spec, Toolchain
from edgecv.targets.rounded import rounded
from edgecv.targets.tflite_biases import correct_biases
from edgecv.targets.tflite_float import converted, float_file
from edgecv.targets.tflite_float16 import with_narrow_weights
from edgecv.targets.tflite_operators import check_one_scale_a_tensor, check_operators, not_checked
from edgecv.targets.tools import missing_tools

PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "dynamic", "int8", "int16x8")
INTEGER_IO: tuple[Precision, ...] = ("int8", "int16x8")
TOOLCHAIN: Toolchain = "tensorflow"
GRIDS: Mapping[Precision, str] = {
    "float16": "float16_wide_biases",
    "dynamic": "int8",
    "int8": "int8",
    "int16x8": "int8",
}
HEEDS: tuple[str, ...] = ("tflite-runtime",)  # the other one reads whatever the converter writes
INTEGER_WEIGHTS: tuple[Precision, ...] = ("dynamic", "int8", "int16x8")
RUN_BY = "tflite"
MODEL = "model.tflite"


def missing() -> str | None:
    return missing_tools("tensorflow", "ai_edge_litert")


def build(exported: Exported, spec: Spec, folder: Path) -> Built:
    left: tuple[str, ...] = ()
    exported = rounded(exported, spec, GRIDS)
    with vendor_refusals(exported.name, "the TFLite converter"):
        if spec.precision == "float32":
            content = float_file(exported.folder)
        elif spec.precision == "float16":
            content = with_narrow_weights(converted(exported.saved_model))
        else:
            content = _shrunk(exported, spec)
        if spec.precision in INTEGER_WEIGHTS and not exported.grid:  # weights that were rounded together move nothing
            content, left = _with_better_biases(content, exported, spec)
    check_operators(content, exported.name, spec)
    left += not_checked(spec)
    if spec.weights == "per_tensor":
        check_one_scale_a_tensor(content, exported.name)
    write_whole(folder / MODEL, content)
    return Built(MODEL, (MODEL,), *tensors(folder / MODEL), versions("tensorflow", "tensorflow-cpu"), left)


def _with_better_biases(content: bytes, exported: Exported, spec: Spec) -> tuple[bytes, tuple[str, ...]]:
    """Dynamic files need no calibration, so that a few images are allowed: too few for an average to be trusted."""
    if spec.precision == "dynamic" and len(exported.calibration()) < FEWEST:
        return content, (f"biases are not corrected: that takes {FEWEST} calibration images",)
    return correct_biases(content, exported)


def _shrunk(exported: Exported, spec: Spec) -> bytes:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(str(exported.saved_model))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]  # alone, it makes int8 of the weights
    converter._experimental_disable_per_channel = spec.weights == "per_tensor"  # there is no public switch
    if spec.precision == "int8":
        _use_integers(converter, exported, spec, tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.int8)
    elif spec.precision == "int16x8":
        operators = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        _use_integers(converter, exported, spec, operators, tf.int16)
    content: bytes = converter.convert()
    return content


def _use_integers(converter: Any, exported: Exported, spec: Spec, operators: Any, values: Any) -> None:
    """Integers throughout: what stays float is an error and not a slower file."""
    converter.representative_dataset = lambda: ([image] for image in exported.calibration_inputs())
    converter.target_spec.supported_ops = [operators]
    if spec.io != "float":  # pixels as integers too: the engine's table gives them at no cost, uint8 would add a step
        converter.inference_input_type = converter.inference_output_type = values


def tensors(path: Path) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Inputs and outputs by the names of the signature, with their scales, as the runtime reads them."""
    from ai_edge_litert.interpreter import Interpreter

    signature = Interpreter(str(path)).get_signature_runner()
    inputs, outputs = signature.get_input_details(), signature.get_output_details()
    return (
        tuple(_tensor(name, details) for name, details in sorted(inputs.items())),
        tuple(_tensor(name, details) for name, details in sorted(outputs.items())),
    )


def _tensor(name: str, details: Mapping[str, Any]) -> Tensor:
    scale, zero_point = details["quantization"]
    return Tensor(
        name,
        name,
        tuple(int(side) for side in details["shape"]),
        details["dtype"].__name__,
        layout="nhwc" if len(details["shape"]) == 4 else "",
        quantization=Quantization(float(scale), int(zero_point)) if scale else None,
    )
