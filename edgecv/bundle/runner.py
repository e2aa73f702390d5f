"""Which modules a bundle carries: those that its commands import, its engine, its task and its head.

They are found by reading imports, so that a module which is new is never forgotten, and one that a bundle has no use
for never travels.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import edgecv
from edgecv.ondevice.profilers import TOLD_BY_PROFILE
from edgecv.records.artifact import Manifest

ROOT = Path(edgecv.__file__).parent.parent
START = "edgecv.ondevice.bundle.start"


def runner(manifest: Manifest) -> dict[str, Path]:
    """The source files of the runner by the names of the members that hold them."""
    wanted = [START, "edgecv.ondevice.predictor", *_from_tables(manifest)]
    found: dict[str, Path] = {}
    while wanted:
        path = _source(wanted.pop())
        if path and path not in found.values():
            found[path.relative_to(ROOT).as_posix()] = path
            wanted += _packages_of(path)
            wanted += _imports(path)
    found["__main__.py"] = found.pop(f"{START.replace('.', '/')}.py")
    return dict(sorted(found.items()))


def _from_tables(manifest: Manifest) -> Iterator[str]:
    """What no import names, because a table imports it when it is asked for."""
    yield f"edgecv.ondevice.engines.{manifest.target}"
    yield f"edgecv.ondevice.tasks.{manifest.task}"
    if manifest.target in TOLD_BY_PROFILE:
        yield f"edgecv.ondevice.profilers.{manifest.target}"
    if "head" in manifest.postprocess:
        yield f"edgecv.ondevice.heads.{manifest.postprocess['head']}"


def _source(name: str) -> Path | None:
    """The file of a module or package; None for what is neither, such as a function of a module."""
    place = ROOT / name.replace(".", "/")
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _packages_of(path: Path) -> list[str]:
    """A module's packages run before it does."""
    parts = path.relative_to(ROOT).parent.parts
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("edgecv"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("edgecv"):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def needs(manifest: Manifest) -> Mapping[str, list[str]]:
    """What has to be installed beside Python: packages, and the modules by which they are known."""
    return {"numpy": ["numpy"], "pillow": ["PIL"], **RUNTIMES.get(manifest.target, {})}


RUNTIMES: dict[str, dict[str, list[str]]] = {  # TensorRT comes with the board, or from nowhere: its engine says so
    "tflite": {"ai-edge-litert": ["ai_edge_litert", "tflite_runtime"]},
    "onnx": {"onnxruntime": ["onnxruntime"]},
    "openvino": {"openvino": ["openvino"]},
}
