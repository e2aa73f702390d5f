"""A calibration cache: the ranges of a float32 file's tensors, in the form that TensorRT up to 10 reads.

For boards whose TensorRT reads quantized files badly: it quantizes the float32 file by itself then. A cache is never
given together with a file that is quantized already.
"""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from edgecv.models.refusals import vendor_refusals
from edgecv.records.files import write_whole
from edgecv.targets.exported import Exported
from edgecv.targets.onnx_session import unfused_session
from edgecv.targets.tensorrt.operators import Version


def write_cache(exported: Exported, version: Version, path: Path) -> None:
    """Measure the highest magnitude of every tensor over the calibration images, and write its scale."""
    with vendor_refusals(exported.name, "ONNX Runtime"):
        highest = _highest(exported)
    write_whole(path, cache_text(highest, version).encode())


def cache_text(highest: Mapping[str, float], version: Version) -> str:
    """One line a tensor: the bits of its scale as float32, big end first. What is always 0 has no scale."""
    major, minor = version[:2]
    number = f"{major}{minor:02}01" if major >= 10 else f"{major}{minor}01"
    lines = [f"TRT-{number}-EntropyCalibration2"]
    lines += [f"{name}: {struct.pack('>f', value / 127).hex()}" for name, value in highest.items() if value > 0]
    return "\n".join(lines) + "\n"


def _highest(exported: Exported) -> dict[str, float]:
    import onnx

    model = onnx.shape_inference.infer_shapes(onnx.load(exported.onnx))
    given = {port.name for port in model.graph.output}
    model.graph.output.extend(
        port
        for port in model.graph.value_info
        if port.name not in given and port.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    )
    names = [port.name for port in model.graph.output]
    session = unfused_session(model)
    highest = dict.fromkeys(["input", *names], 0.0)
    for image in _images(exported):
        for name, values in zip(["input", *names], [image, *session.run(names, {"input": image})], strict=True):
            highest[name] = max(highest[name], float(np.abs(values).max()))
    return highest


def _images(exported: Exported) -> Iterator[np.ndarray]:
    for image in exported.calibration_inputs():
        yield np.ascontiguousarray(image.transpose(0, 3, 1, 2))
