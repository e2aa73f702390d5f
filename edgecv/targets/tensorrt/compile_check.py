"""Have NVIDIA's RTX compiler parse and compile an ONNX file, on this processor and without a GPU.

It shares its parser and most of its interface with TensorRT 10 and 11, but it is neither TensorRT nor a board: that it
accepts a file says that the file is well formed, and nothing about accuracy or speed.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from edgecv.errors import InputError
from edgecv.hosts.local import ChildFailed, run_module
from edgecv.hosts.versions import versions
from edgecv.records.recipe import Precision

PACKAGE = "tensorrt-rtx"


@dataclass(frozen=True)
class Compiled:
    """What the compiler said; `refused` is its reason, empty when it accepts the file."""

    version: str
    refused: str


def missing() -> str | None:
    return None if find_spec("tensorrt_rtx") else f"pip install 'edgecv[{PACKAGE}]'"


def compile_check(path: Path, precision: Precision) -> Compiled:
    """Compile a file in a child process, since compilers crash, too; a crash is a refusal."""
    version = versions(PACKAGE)[PACKAGE]
    with TemporaryDirectory() as scratch:
        answer, log = Path(scratch) / "refusal.txt", Path(scratch) / "log"
        try:
            run_module("edgecv.targets.tensorrt.rtx", [path, precision, answer], log=log)
        except (InputError, ChildFailed) as error:
            return Compiled(version, str(error).split(f"; what it printed is in {log}")[0])
        return Compiled(version, answer.read_text())
