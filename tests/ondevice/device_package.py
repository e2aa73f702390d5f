"""The device side as a board gets it: zipped, and run where nothing else of edgecv can be imported."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Collection
from pathlib import Path

import edgecv

# What a prediction may import from outside the standard library, and what each runtime brings along by itself.
ALLOWED = {"edgecv", "numpy", "PIL"}
RUNTIME = {
    "tflite": {"ai_edge_litert", "tflite_runtime", "backports"},
    "onnx": {"onnxruntime"},
    "openvino": {"openvino", "openvino_telemetry", "packaging", "absl"},
}
PARTS = ("__init__.py", "errors.py", "records", "ondevice")

LIST_MODULES = """
import json, sys
already = set(sys.modules)  # what the environment's own start-up hooks bring
sys.path.insert(0, sys.argv[1])
sys.argv[1:] = sys.argv[2:]
from edgecv.ondevice.__main__ import main
assert main() in ALLOWED_CODES
import edgecv
assert ".zip" in edgecv.__file__, edgecv.__file__
new = {name: module for name, module in sys.modules.items() if name not in already}
names = {name.partition(".")[0] for name, module in new.items() if getattr(module, "__file__", None)}
print(json.dumps(sorted(names - set(sys.stdlib_module_names))))
"""


def write_zip(place: Path) -> Path:
    """Everything that ships to a board."""
    package = Path(edgecv.__file__).parent
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS:
            path = package / part
            for source in [path] if path.is_file() else sorted(path.rglob("*.py")):
                archive.write(source, f"edgecv/{source.relative_to(package)}")
    return place


def modules_of_a_prediction(zipped: Path, artifact: Path, photo: Path) -> set[str]:
    """What is imported from outside the standard library when the zipped package predicts one photo."""
    return modules_of(zipped, ["predict", str(artifact), str(photo)])


def modules_of(zipped: Path, arguments: list[str], codes: Collection[int] = (0,)) -> set[str]:
    """What a command of the zipped package imports from outside the standard library."""
    program = LIST_MODULES.replace("ALLOWED_CODES", repr(tuple(codes)))
    command = [sys.executable, "-c", program, str(zipped), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(names)
