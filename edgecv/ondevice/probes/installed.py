"""The runtimes that are installed, by the packages' own words: nothing is imported, so a broken one breaks nothing."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List, Mapping, Tuple

from edgecv.ondevice.probes.tool import place
from edgecv.records.machine import FoundRuntime

RUNTIMES: Mapping[str, Mapping[str, str]] = {  # engine -> package -> what is imported of it; the first is preferred
    "tflite": {"ai-edge-litert": "ai_edge_litert", "tflite-runtime": "tflite_runtime"},
    "onnx": {"onnxruntime": "onnxruntime", "onnxruntime-gpu": "onnxruntime"},
    "openvino": {"openvino": "openvino"},
    "tensorrt": {"tensorrt": "tensorrt"},
}
TRTEXEC = ("usr/src/tensorrt/bin/trtexec",)  # where JetPack puts it
HERE = Path("/")


def runtimes(root: Path = HERE) -> Tuple[FoundRuntime, ...]:
    """One for each engine that has one."""
    versions = _versions(root)
    found = []
    for target, packages in RUNTIMES.items():
        # A runtime of the system, as JetPack's TensorRT, can lack the words that pip writes.
        there = [name for name, module in packages.items() if name in versions or (root == HERE and find_spec(module))]
        if there:
            found.append(FoundRuntime(target, there[0], versions.get(there[0], "")))
    return tuple(found)


def trtexec(root: Path = HERE) -> str:
    on_path = place("trtexec") if root == HERE else None
    return on_path or next(("/" + inside for inside in TRTEXEC if (root / inside).is_file()), "")


def _versions(root: Path) -> Dict[str, str]:
    """The first that is found of each package is the one that is imported."""
    versions: Dict[str, str] = {}
    for each in distributions(path=_places(root)):
        versions.setdefault(_named(each), each.version or "")
    return versions


def _named(package: Distribution) -> str:
    return (package.metadata["Name"] or "").lower().replace("_", "-")


def _places(root: Path) -> List[str]:
    if root == HERE:
        return sys.path
    patterns = ("usr/local/lib/python3*/dist-packages", "usr/lib/python3*/dist-packages")
    return [str(folder) for pattern in (*patterns, "usr/lib/python3*/site-packages") for folder in root.glob(pattern)]
