"""Write down the names in real TensorRT bindings for tests: `python record.py BINDINGS.so > VERSION.json`.

BINDINGS.so is `tensorrt.so` (or `tensorrt_rtx.so`) out of an unpacked wheel for the Python that runs this: the wheels
`tensorrt-bindings` 8.6, `tensorrt-cu12-bindings` 10 and 11, `tensorrt` 8.5, `nvidia-tensorrt` 8.4, and
`tensorrt-rtx-cu13-bindings`. The bindings only describe their classes when they are imported. So the libraries that do
the work, and need a GPU, are stood in for by empty ones, made here with nm, objdump and gcc. Only names are kept.
"""

import ctypes
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from typing import Any

# What an engine can need of TensorRT.
CLASSES = """
Builder BuilderFlag DataType Dims IBuilderConfig ICudaEngine IExecutionContext IHostMemory ILogger INetworkDefinition
IOptimizationProfile ITensor ITimingCache Logger MemoryPoolType NetworkDefinitionCreationFlag OnnxParser ParserError
Runtime TensorIOMode
"""


def main(bindings: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        _load_empty_libraries(bindings, Path(scratch))
        module = _load(bindings)
    known = {name: getattr(module, name) for name in CLASSES.split() if hasattr(module, name)}
    names = {name: " ".join(_names(each)) for name, each in known.items()}
    sys.stdout.write(json.dumps(names, indent=1) + "\n")


def _load_empty_libraries(bindings: Path, scratch: Path) -> None:
    """Give the bindings all functions that they call, empty, under the names of the libraries they look for."""
    symbols = subprocess.run(["nm", "-D", "--undefined-only", bindings], capture_output=True, text=True, check=True)
    missing = re.findall(
        r" U (_ZN\w*nv\w+|create\w+_INTERNAL|get\w*(?:Infer|Plugin|Nv)\w*|init\w+)$", symbols.stdout, re.M
    )
    source = scratch / "empty.c"
    source.write_text("".join(f"void {symbol}(void) {{}}\n" for symbol in missing))
    headers = subprocess.run(["objdump", "-p", bindings], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"NEEDED\s+(lib(?:nv|tensorrt)\S+)", headers):
        made = scratch / library
        subprocess.run(["gcc", "-w", "-shared", "-fPIC", f"-Wl,-soname,{library}", "-o", made, source], check=True)
        ctypes.CDLL(str(made), ctypes.RTLD_GLOBAL)


def _load(bindings: Path) -> Any:
    loader = ExtensionFileLoader(bindings.stem, str(bindings))
    spec = importlib.util.spec_from_loader(bindings.stem, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def _names(thing: Any) -> list[str]:
    return sorted(name for name in dir(thing) if not name.startswith("_"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
