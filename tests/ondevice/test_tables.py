"""Tables import what they are asked for, and what they hold are modules of the kind that they say."""

from __future__ import annotations

import subprocess
import sys

from edgecv.ondevice.engines import ENGINES, EngineModule, onnx, openvino, tensorrt, tflite
from edgecv.ondevice.heads import HEADS, HeadModule, anchor_free, decoded, ssd, yolo, yolov1
from edgecv.ondevice.profilers import PROFILERS, ProfilerModule
from edgecv.ondevice.profilers import onnx as onnx_profiler
from edgecv.ondevice.profilers import openvino as openvino_profiler
from edgecv.ondevice.profilers import tensorrt as tensorrt_profiler
from edgecv.ondevice.profilers import tflite as tflite_profiler
from edgecv.ondevice.tasks import TASKS, TaskModule, classification, detection, regression, segmentation

# Literal, for mypy to compare each module with its protocol.
ALL_ENGINES: dict[str, EngineModule] = {"tflite": tflite, "onnx": onnx, "openvino": openvino, "tensorrt": tensorrt}
ALL_HEADS: dict[str, HeadModule] = {
    "anchor_free": anchor_free,
    "decoded": decoded,
    "ssd": ssd,
    "yolo": yolo,
    "yolov1": yolov1,
}
ALL_TASKS: dict[str, TaskModule] = {
    "classification": classification,
    "detection": detection,
    "segmentation": segmentation,
    "regression": regression,
}
ALL_PROFILERS: dict[str, ProfilerModule] = {
    "tflite": tflite_profiler,
    "onnx": onnx_profiler,
    "openvino": openvino_profiler,
    "tensorrt": tensorrt_profiler,
}


def test_the_tables_hold_the_modules_of_their_names() -> None:
    assert dict(ENGINES) == ALL_ENGINES
    assert dict(HEADS) == ALL_HEADS
    assert dict(TASKS) == ALL_TASKS
    assert dict(PROFILERS) == ALL_PROFILERS


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    program = (
        "import sys\n"
        "from edgecv.ondevice.engines import ENGINES\n"
        "assert 'onnx' in ENGINES and 'none' not in ENGINES and len(ENGINES) == 4\n"
        "assert 'edgecv.ondevice.engines.onnx' not in sys.modules\n"
        "ENGINES['onnx']\n"
        "assert 'edgecv.ondevice.engines.onnx' in sys.modules\n"
        "assert 'edgecv.ondevice.engines.tflite' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
