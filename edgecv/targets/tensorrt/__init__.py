"""TensorRT: an ONNX file in a form that every TensorRT from 8.4 to 11 reads, or older ones where the device has them.

A plan is bound to a GPU and a version, so it is built on the device, and nothing here has met the hardware: whoever
reports on such an artifact has to say so. What can be known without is checked: the lint knows what versions refuse,
and NVIDIA's RTX compiler, where it is installed, compiles the file.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from edgecv.errors import GateRefused
from edgecv.hosts.trtexec import commands, shell_lines
from edgecv.hosts.trtexec_script import script
from edgecv.hosts.versions import versions
from edgecv.records.files import write_whole
from edgecv.records.recipe import Precision
from edgecv.targets.exported import Exported
from edgecv.targets.onnx_float16 import write_float16
from edgecv.targets.onnx_quantize import quantize
from edgecv.targets.onnx_quantize import tensors as tensors  # every target gives this
from edgecv.targets.protocol import Built, Spec, Toolchain
from edgecv.targets.rounded import rounded
from edgecv.targets.tensorrt import compile_check
from edgecv.targets.tensorrt.calibration import write_cache
from edgecv.targets.tensorrt.fitting import fit
from edgecv.targets.tensorrt.lint import OLDEST, lint
from edgecv.targets.tensorrt.operators import parsed
from edgecv.targets.tools import missing_tools

PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")
INTEGER_IO: tuple[Precision, ...] = ()
TOOLCHAIN: Toolchain = "onnxruntime"
GRIDS: Mapping[Precision, str] = {"float16": "float16", "int8": "int8"}
HEEDS: tuple[str, ...] = ("tensorrt",)
RUN_BY = "onnx"
MODEL = "model.onnx"
FLOAT, CACHE = "float32.onnx", "int8.calib"  # another way to int8, for boards that refuse the quantized file
WITHOUT_CALIBRATION = (11,)  # the first version that reads quantized files only
COMMANDS = "trtexec.sh"

# TensorRT refuses zero points other than 0 and quantized biases; its older versions also weights stored as int8, so
# these stay float32 and are quantized in the graph.
PORTABLE = {"ActivationSymmetric": True, "WeightSymmetric": True, "QuantizeBias": False, "AddQDQPairToWeight": True}


def missing() -> str | None:
    return missing_tools("onnx", "onnxruntime")


def build(exported: Exported, spec: Spec, folder: Path) -> Built:
    model, version = folder / MODEL, parsed(spec.oldest or OLDEST)
    if spec.precision == "int8":
        from onnxruntime.quantization import QuantType

        quantize(rounded(exported, spec, GRIDS), spec, model, QuantType.QInt8, PORTABLE)
    elif spec.precision == "float16":
        write_float16(rounded(exported, spec, GRIDS).onnx, model, exported.name)
    else:
        shutil.copyfile(exported.onnx, model)
    fit(model, version)
    _refuse(f"{exported.name}: tensorrt {spec.precision}", lint(model, spec.precision, spec.oldest))
    tools, fact = _compiled(exported, spec, model)
    files = [MODEL]
    if spec.precision == "int8" and spec.oldest and version < WITHOUT_CALIBRATION:
        shutil.copyfile(exported.onnx, folder / FLOAT)
        fit(folder / FLOAT, version)
        write_cache(exported, version, folder / CACHE)
        files += [FLOAT, CACHE]
    if spec.oldest:
        write_whole(folder / COMMANDS, _commands(spec, with_cache=CACHE in files).encode())
        files.append(COMMANDS)
    return Built(MODEL, tuple(files), *tensors(model), {**versions("onnx", "onnxruntime"), **tools}, warnings=(fact,))


def _refuse(what: str, complaints: list[str]) -> None:
    if complaints:
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise GateRefused(f"{what}: {complaints[0]}{more}")


def _compiled(exported: Exported, spec: Spec, model: Path) -> tuple[dict[str, str], str]:
    """The compiler's version where it was asked, and what its answer is worth in a sentence."""
    absent = compile_check.missing()
    if absent:
        return {}, f"seen by no compiler of NVIDIA's; to have it compiled without a GPU: {absent}"
    compiled = compile_check.compile_check(model, spec.precision)
    if compiled.refused:
        raise GateRefused(
            f"{exported.name}: tensorrt {spec.precision}: NVIDIA's RTX compiler {compiled.version} refuses it: "
            f"{compiled.refused}"
        )
    return (
        {compile_check.PACKAGE: compiled.version},
        f"accepted by NVIDIA's RTX compiler {compiled.version}, which is neither TensorRT nor the device",
    )


def _commands(spec: Spec, *, with_cache: bool) -> str:
    text = script(spec.oldest, spec.precision, MODEL)
    if with_cache:
        text += (
            f"\n# Should {MODEL} be refused, or be slow: the float32 file, with the ranges beside it. It is not the\n"
        )
        text += "# network that was proven, so edgecv takes no times of it.\n"
        text += f"# {shell_lines(commands(spec.oldest, spec.precision, FLOAT, calibration=CACHE)[:1])}"
    return text
