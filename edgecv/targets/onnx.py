"""ONNX for ONNX Runtime on processors: channels first; int8 with what their integer units like best."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from edgecv.hosts.versions import versions
from edgecv.records.recipe import Precision
from edgecv.targets.exported import Exported
from edgecv.targets.onnx_float16 import write_float16
from edgecv.targets.onnx_quantize import quantize
from edgecv.targets.onnx_quantize import tensors as tensors  # every target gives this
from edgecv.targets.protocol import Built, Spec, Toolchain
from edgecv.targets.rounded import rounded
from edgecv.targets.tools import missing_tools

PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")
INTEGER_IO: tuple[Precision, ...] = ()
TOOLCHAIN: Toolchain = "onnxruntime"
GRIDS: Mapping[Precision, str] = {"float16": "float16", "int8": "int8"}
HEEDS: tuple[str, ...] = ()
RUN_BY = "onnx"
MODEL = "model.onnx"


def missing() -> str | None:
    return missing_tools("onnx", "onnxruntime")


def build(exported: Exported, spec: Spec, folder: Path) -> Built:
    exported = rounded(exported, spec, GRIDS)
    if spec.precision == "int8":
        from onnxruntime.quantization import QuantType

        # uint8 activations with a zero point against int8 weights: twice as fast as int8 against int8.
        quantize(exported, spec, folder / MODEL, QuantType.QUInt8, {"WeightSymmetric": True})
    elif spec.precision == "float16":
        write_float16(exported.onnx, folder / MODEL, exported.name)
    else:
        shutil.copyfile(exported.onnx, folder / MODEL)
    return Built(MODEL, (MODEL,), *tensors(folder / MODEL), versions("onnx", "onnxruntime"))
