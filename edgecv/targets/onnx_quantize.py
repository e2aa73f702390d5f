"""Quantize an ONNX file to int8 with quantize and dequantize nodes, by ONNX Runtime."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edgecv.models.refusals import vendor_refusals
from edgecv.records.artifact import Tensor
from edgecv.targets.exported import Exported
from edgecv.targets.protocol import Spec


def quantize(exported: Exported, spec: Spec, path: Path, activations: Any, options: Mapping[str, bool]) -> None:
    """Write the int8 file; `activations` and `options` are what devices differ in."""
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with TemporaryDirectory(dir=path.parent) as scratch, vendor_refusals(exported.name, "ONNX Runtime"):
        ready = Path(scratch) / "ready.onnx"
        # Shapes are inferred by ONNX itself, since all are fixed; the symbolic way needs one more package.
        quant_pre_process(exported.onnx, ready, skip_symbolic_shape=True)
        quantize_static(
            ready,
            path,
            _Images(exported),
            quant_format=QuantFormat.QDQ,
            calibrate_method=CalibrationMethod.MinMax,
            activation_type=activations,
            weight_type=QuantType.QInt8,
            per_channel=spec.weights == "per_channel",
            extra_options=dict(options),
        )


class _Images:
    """The calibration images one by one, channels first, as ONNX Runtime asks for them."""

    def __init__(self, exported: Exported) -> None:
        self._images = exported.calibration_inputs()

    def get_next(self) -> dict[str, Any] | None:
        image = next(self._images, None)
        return None if image is None else {"input": image.transpose(0, 3, 1, 2)}


def tensors(path: Path) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Inputs and outputs as the file declares them."""
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    return tuple(map(_tensor, graph.input)), tuple(sorted(map(_tensor, graph.output), key=lambda each: each.name))


def _tensor(port: Any) -> Tensor:
    shape = tuple(int(side.dim_value) for side in port.type.tensor_type.shape.dim)
    return Tensor(port.name, port.name, shape, "float32", layout="nchw" if len(shape) == 4 else "")
