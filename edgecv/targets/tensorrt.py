"""TensorRT: an ONNX file in the form that every TensorRT from 8.4 to 11 reads; the plan is built on the device.

A plan is bound to a GPU and a version, so it cannot be made here, and nothing here has met the hardware: whoever
reports on such an artifact has to say so.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from edgecv.hosts.versions import versions
from edgecv.records.files import write_whole
from edgecv.records.recipe import Precision
from edgecv.targets.exported import Exported
from edgecv.targets.onnx_quantize import quantize, tensors
from edgecv.targets.protocol import Built, Spec, Toolchain

PRECISIONS: tuple[Precision, ...] = ("float32", "int8")
INTEGER_IO: tuple[Precision, ...] = ()
TOOLCHAIN: Toolchain = "onnxruntime"
RUN_BY = "onnx"
MODEL = "model.onnx"

# TensorRT refuses zero points other than 0 and quantized biases; its older versions also weights stored as int8, so
# these stay float32 and are quantized in the graph.
PORTABLE = {"ActivationSymmetric": True, "WeightSymmetric": True, "QuantizeBias": False, "AddQDQPairToWeight": True}


def missing() -> str | None:
    absent = not (find_spec("onnx") and find_spec("onnxruntime"))
    return "pip install 'edgecv[convert]'" if absent else None


def build(exported: Exported, spec: Spec, folder: Path) -> Built:
    if spec.precision == "int8":
        from onnxruntime.quantization import QuantType

        quantize(exported, spec, folder / MODEL, QuantType.QInt8, PORTABLE)
    else:
        shutil.copyfile(exported.onnx, folder / MODEL)
    _spell_out_reshapes(folder / MODEL)
    return Built(MODEL, (MODEL,), *tensors(folder / MODEL), versions("onnx", "onnxruntime"))


def _spell_out_reshapes(path: Path) -> None:
    """TensorRT 8.4 refuses a Reshape that leaves `allowzero` to its default."""
    import onnx

    model = onnx.load(path)
    for node in model.graph.node:
        if node.op_type == "Reshape" and not node.attribute:
            node.attribute.append(onnx.helper.make_attribute("allowzero", 0))
    write_whole(path, model.SerializeToString(deterministic=True))
