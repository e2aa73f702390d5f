"""Quantize an ONNX file to int8 with quantize and dequantize nodes, by ONNX Runtime."""

import copy
import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from edgecv.models.refusals import vendor_refusals
from edgecv.records.artifact import Tensor
from edgecv.targets.exported import Exported, open_exported
from edgecv.targets.onnx_biases import correct_biases, layers
from edgecv.targets.onnx_session import unfused_session
from edgecv.targets.protocol import Spec


class Calibrated(NamedTuple):
    """A network ready to be quantized, and what the calibration images showed."""

    model: bytes  # the ONNX file, simplified and with the shape of every tensor
    ranges: Any  # an onnxruntime TensorsData: the lowest and the highest value of every tensor
    averages: Mapping[str, np.ndarray]  # of the values that layers with weights meet, one a channel


def quantize(exported: Exported, spec: Spec, path: Path, activations: Any, options: Mapping[str, bool]) -> None:
    """Write the int8 file; `activations` and `options` are what devices differ in."""
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    per_channel = spec.weights == "per_channel"
    with vendor_refusals(exported.name, "ONNX Runtime"):
        ready, ranges, averages = calibrated(exported.folder, exported.grid)
        model = _with_shapes(ready)
        correct_biases(model.graph, averages, per_channel=per_channel)
        quantizer = QDQQuantizer(
            model,
            per_channel,
            reduce_range=False,  # sums that overflow on old processors are the runtime's to avoid: see the engine
            weight_qType=QuantType.QInt8,
            activation_qType=activations,
            tensors_range=copy.deepcopy(ranges),  # the quantizer changes it
            nodes_to_quantize=[],
            nodes_to_exclude=[],
            op_types_to_quantize=_operators(),
            extra_options=dict(options),
        )
        quantizer.quantize_model()
        quantizer.model.save_model_to_file(str(path))


@functools.lru_cache(maxsize=1)
def calibrated(folder: Path, grid: str) -> Calibrated:
    """What all int8 builds of an exported network share: it is computed once a process."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    exported = replace(open_exported(folder), grid=grid)
    with TemporaryDirectory() as scratch:
        ready = Path(scratch) / "ready.onnx"
        # Shapes are inferred by ONNX itself, since all are fixed; the symbolic way needs one more package.
        quant_pre_process(exported.onnx, ready, skip_symbolic_shape=True)
        return Calibrated(ready.read_bytes(), *_observed(ready, exported))


def _observed(ready: Path, exported: Exported) -> tuple[Any, dict[str, np.ndarray]]:
    """Ranges and averages; the calibration of ONNX Runtime finds the same ranges, but no averages."""
    import onnx
    from onnxruntime.quantization import CalibrationMethod
    from onnxruntime.quantization.calibrate import MinMaxCalibrater, TensorsData

    model = onnx.load(ready)
    ranged = sorted(MinMaxCalibrater(ready, _operators()).select_tensors_to_calibrate(model)[0])
    averaged = sorted({node.input[0] for node in layers(model.graph)})
    inside = sorted({*ranged, *averaged} - {port.name for port in (*model.graph.input, *model.graph.output)})
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inside)
    session = unfused_session(model)
    names = [port.name for port in session.get_outputs()]

    lowest, highest = dict.fromkeys(ranged, np.float32(np.inf)), dict.fromkeys(ranged, np.float32(-np.inf))
    sums: dict[str, Any] = dict.fromkeys(averaged, 0.0)
    for image in exported.calibration_inputs():
        fed = {"input": image.transpose(0, 3, 1, 2)}
        values = {**fed, **dict(zip(names, session.run(names, fed), strict=True))}
        for name in ranged:
            lowest[name] = min(lowest[name], values[name].min())
            highest[name] = max(highest[name], values[name].max())
        for name in averaged:
            sums[name] += values[name].mean((0, *range(2, values[name].ndim)))
    ranges = {name: (np.array([lowest[name]]), np.array([highest[name]])) for name in ranged}
    return TensorsData(CalibrationMethod.MinMax, ranges), {
        name: total / len(exported.calibration()) for name, total in sums.items()
    }


def _operators() -> list[str]:
    """The operators that ONNX Runtime can quantize."""
    from onnxruntime.quantization.registry import QDQRegistry, QLinearOpsRegistry

    return sorted({*QDQRegistry, *QLinearOpsRegistry})


def _with_shapes(model: bytes) -> Any:
    from onnxruntime.quantization.quant_utils import load_model_with_shape_infer

    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "ready.onnx"
        path.write_bytes(model)
        return load_model_with_shape_infer(path)


def tensors(path: Path) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Inputs and outputs as the file declares them."""
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    return tuple(map(_tensor, graph.input)), tuple(sorted(map(_tensor, graph.output), key=lambda each: each.name))


def _tensor(port: Any) -> Tensor:
    shape = tuple(int(side.dim_value) for side in port.type.tensor_type.shape.dim)
    return Tensor(port.name, port.name, shape, "float32", layout="nchw" if len(shape) == 4 else "")
