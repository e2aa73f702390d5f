"""The plain vendor calls that take a Keras network to the four targets in int8, as their documentation shows them.

`conversion_cost.py` runs this beside edgecv: `python vendor_calls.py WORK OUT`, with network.keras and calibration.npy
in WORK.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np


def inputs(work: Path) -> Iterator[np.ndarray]:
    for image in np.load(work / "calibration.npy", mmap_mode="r"):
        yield (image[None].astype(np.float32) - 127.5) / 127.5


def main(work: Path, out: Path) -> None:
    import keras
    import tensorflow as tf

    out.mkdir(parents=True, exist_ok=True)
    network = keras.saving.load_model(work / "network.keras", compile=False)
    signature = [tf.TensorSpec((1, 224, 224, 3), tf.float32, name="input")]
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serve", lambda input: network(input, training=False), signature)  # noqa: A006
    archive.write_out(out / "saved_model", verbose=False)
    to_tflite(tf, work, out)
    to_onnx(tf, network, signature, out)
    to_openvino(work, out)
    quantize_onnx(work, out)


def to_tflite(tf: Any, work: Path, out: Path) -> None:
    converter = tf.lite.TFLiteConverter.from_saved_model(str(out / "saved_model"))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image] for image in inputs(work))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    (out / "model.tflite").write_bytes(converter.convert())


def to_onnx(tf: Any, network: Any, signature: list[Any], out: Path) -> None:
    from tf2onnx import convert

    function = tf.function(lambda input: network(input, training=False), input_signature=signature)  # noqa: A006
    convert.from_function(
        function, input_signature=signature, opset=17, inputs_as_nchw=["input"], output_path=str(out / "model.onnx")
    )


def to_openvino(work: Path, out: Path) -> None:
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import nncf
    import openvino

    network = openvino.convert_model(out / "saved_model")
    images = list(inputs(work))
    openvino.save_model(nncf.quantize(network, nncf.Dataset(images), subset_size=len(images)), out / "model.xml")


class Reader:
    """Images one by one, as ONNX Runtime asks for them."""

    def __init__(self, work: Path) -> None:
        self._images = inputs(work)

    def get_next(self) -> dict[str, np.ndarray] | None:
        image = next(self._images, None)
        return None if image is None else {"input": image.transpose(0, 3, 1, 2)}


def quantize_onnx(work: Path, out: Path) -> None:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    symmetric = {"ActivationSymmetric": True, "QuantizeBias": False, "AddQDQPairToWeight": True}
    for name, activations, options in (("cpu", QuantType.QUInt8, {}), ("tensorrt", QuantType.QInt8, symmetric)):
        quant_pre_process(out / "model.onnx", out / f"{name}-ready.onnx", skip_symbolic_shape=True)
        quantize_static(
            out / f"{name}-ready.onnx",
            out / f"{name}.onnx",
            Reader(work),
            quant_format=QuantFormat.QDQ,
            activation_type=activations,
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"WeightSymmetric": True, **options},
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
