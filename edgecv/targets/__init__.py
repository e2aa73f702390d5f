"""Targets: file formats with their toolchains, on the host. One module a target; its name is the word in YAML.

A build takes an exported network and gives a draft: an artifact folder with all but the proof. `edgecv.parity` checks
it and seals it. Vendor tools crash and leak, so all of this runs in child processes: `python -m edgecv.targets`.
"""

from edgecv.targets import onnx, openvino, tensorrt, tflite
from edgecv.targets.exported import Exported, open_exported
from edgecv.targets.protocol import Built, Spec, TargetModule, Toolchain, Weights

__all__ = ["TARGETS", "Built", "Exported", "Spec", "TargetModule", "Toolchain", "Weights", "open_exported"]

TARGETS: dict[str, TargetModule] = {"tflite": tflite, "openvino": openvino, "onnx": onnx, "tensorrt": tensorrt}
