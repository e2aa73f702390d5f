"""OpenVINO, from the SavedModel; int8 by NNCF."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgecv.hosts.versions import versions
from edgecv.models.refusals import vendor_refusals
from edgecv.ondevice.engines.openvino import import_openvino
from edgecv.quantization.calibration import normalised
from edgecv.records.artifact import Tensor
from edgecv.records.recipe import Precision
from edgecv.targets.exported import Exported
from edgecv.targets.openvino_resizing import with_channels_first
from edgecv.targets.openvino_steps import constants, with_whole_steps
from edgecv.targets.protocol import Built, Spec, Toolchain
from edgecv.targets.rounded import rounded
from edgecv.targets.tools import missing_tools

PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8")
INTEGER_IO: tuple[Precision, ...] = ()
TOOLCHAIN: Toolchain = "openvino"
GRIDS: Mapping[Precision, str] = {"float16": "float16_wide_biases", "int8": "int8_first_7"}
HEEDS: tuple[str, ...] = ()
RUN_BY = "openvino"
MODEL, WEIGHTS = "model.xml", "model.bin"


def missing() -> str | None:
    return missing_tools("openvino", "nncf")


def build(exported: Exported, spec: Spec, folder: Path) -> Built:
    openvino = import_openvino()
    tools, exported = versions("openvino"), rounded(exported, spec, GRIDS)
    with vendor_refusals(exported.name, "OpenVINO"), _without_commas(exported.saved_model) as saved_model:
        network = openvino.convert_model(saved_model)
    if spec.precision == "int8":
        tools |= versions("nncf")
        kernels = constants(network)  # NNCF works on the network itself
        with vendor_refusals(exported.name, "NNCF"):
            network = with_whole_steps(_quantized(network, exported, spec), kernels)
    _keep_biases_wide(network)
    _forget_circumstances(network)
    openvino.save_model(network, folder / MODEL, compress_to_fp16=spec.precision == "float16")
    return Built(MODEL, (MODEL, WEIGHTS), *tensors(folder / MODEL), tools)


@contextmanager
def _without_commas(path: Path) -> Iterator[Path]:
    """The same under another path: OpenVINO takes a comma for the end of one and the beginning of the next."""
    with tempfile.TemporaryDirectory(prefix="edgecv-") as plain:
        link = Path(plain) / "saved_model"
        link.symlink_to(path.resolve())
        yield link


def _keep_biases_wide(network: Any) -> None:
    """Two bytes a channel are nothing to a float16 file, and much to its answers."""
    for operation in network.get_ordered_ops():
        if operation.get_type_name() == "Constant" and sum(side > 1 for side in operation.shape) <= 1:
            for reader in operation.output(0).get_target_inputs():
                reader.get_rt_info()["precision_sensitive_0"] = ""  # which compress_to_fp16 heeds


def _forget_circumstances(network: Any) -> None:
    """Equal networks, equal bytes: drop the SavedModel's path, and names that count the operations of a process."""
    del network.get_rt_info()["conversion_parameters"]
    for place, operation in enumerate(network.get_ordered_ops()):
        operation.set_friendly_name(f"{operation.get_type_name()}_{place}")


def _quantized(network: Any, exported: Exported, spec: Spec) -> Any:
    import nncf
    from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, QuantizationParameters
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    images = exported.calibration()
    return nncf.quantize(
        with_channels_first(network),
        nncf.Dataset(images, lambda image: normalised(image[None], exported.preprocess)),
        subset_size=len(images),
        preset=nncf.QuantizationPreset.MIXED,  # activations with negative values get a zero point of their own
        # NNCF's default ranges cut off peaks, which are what a detector and a segmenter look for.
        advanced_parameters=AdvancedQuantizationParameters(
            activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
            weights_quantization_params=QuantizationParameters(per_channel=spec.weights == "per_channel"),
        ),
    )


def tensors(path: Path) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Inputs and outputs as the file declares them."""
    network = import_openvino().Core().read_model(path)
    outputs = sorted(map(_tensor, network.outputs), key=lambda each: each.name)
    return tuple(map(_tensor, network.inputs)), tuple(outputs)


def _tensor(port: Any) -> Tensor:
    name = port.get_any_name()
    return Tensor(
        name,
        name,
        tuple(int(side) for side in port.shape),
        "float32",  # int8 too: the file keeps float inputs and outputs
        layout="nhwc" if len(port.shape) == 4 else "",
    )
