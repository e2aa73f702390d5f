"""What a board is and has, as far as a host must know before it sends anything."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict

from edgecv.hosts.board.lease import holder
from edgecv.hosts.board.memory import free_mb

OPENCV = ("opencv-python-headless", "opencv-python", "opencv-contrib-python-headless", "opencv-contrib-python")
MODULES = {  # by which a package is known that has no metadata, as some of a system's own have none
    "numpy": "numpy",
    "pillow": "PIL",
    "ai-edge-litert": "ai_edge_litert",
    "tflite-runtime": "tflite_runtime",
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "tensorrt": "tensorrt",
    **dict.fromkeys(OPENCV, "cv2"),  # which resizes large images where it is there
}


def facts(root: Path) -> Dict[str, Any]:
    return {
        "python": platform.python_version(),
        "arch": platform.machine(),
        "machine": list(platform.uname()),
        "cores": len(os.sched_getaffinity(0)),
        "packages": _packages(),
        "free_mb": free_mb(),
        "disk_mb": _disk_mb(root),
        "root": str(root),
        "lease": holder(),
    }


def _packages() -> Dict[str, str]:
    """The versions of those that are there; "" where one does not tell, under the first name of its module."""
    found = {}
    for package in MODULES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    told = {MODULES[package] for package in found}
    for package, module in MODULES.items():
        if module not in told and find_spec(module):
            found[package] = ""
            told.add(module)
    return found


def _disk_mb(root: Path) -> float:
    """What is free where files would go, which need not exist yet."""
    there = next(each for each in (root, *root.parents) if each.exists())
    return shutil.disk_usage(there).free / 2**20
