"""The boards that are emulated: what is on each, where it lies, and how something is run there.

A board is a root, Debian's files for its processor, and a site, the Python packages that somebody would install on it:

    export PYTHONPATH=.emulated/sites/litert
    ROOT=.emulated/roots/aarch64
    .emulated/emulator/qemu-aarch64 -cpu cortex-a76 -L $ROOT $ROOT/usr/bin/python3.11 ...

What runs there sees this machine's files, its network and its kernel, and the files of the
root in place of this machine's; only the processor is another one.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

EMULATED = Path(__file__).parent.parent.parent / ".emulated"
PYTHON = "usr/bin/python3.11"  # of Debian 12
PYTHON_PACKAGES = ("python3.11-minimal", "libpython3.11-stdlib", "libstdc++6")


@dataclass(frozen=True)
class Machine:
    debian: str  # what Debian calls it
    emulator: str
    cpu: str
    packages: tuple[str, ...]  # Debian's, in its root
    libraries: tuple[str, ...] = ()  # folders of the root that a script of a package would have made known


@dataclass(frozen=True)
class Site:
    machine: str
    packages: tuple[str, ...]  # as they are installed, with nothing that they ask for
    constraints: str = "py3.11"
    probe: str = ""  # the module that shows that it works


MACHINES = {
    "aarch64": Machine("arm64", "qemu-aarch64", "cortex-a76", PYTHON_PACKAGES),
    # There are no wheels of numpy and Pillow for it: the distribution's serve.
    "armv7l": Machine(
        "armhf",
        "qemu-arm",
        "cortex-a15",
        (*PYTHON_PACKAGES, "python3-numpy", "python3-pil"),
        ("usr/lib/arm-linux-gnueabihf/blas", "usr/lib/arm-linux-gnueabihf/lapack"),
    ),
}
SITES = {
    "litert": Site("aarch64", ("numpy", "pillow", "ai-edge-litert"), probe="ai_edge_litert.interpreter"),
    "onnx": Site("aarch64", ("numpy", "pillow", "onnxruntime"), probe="onnxruntime"),
    "openvino": Site("aarch64", ("numpy", "pillow", "openvino"), probe="openvino"),
    "tflite-runtime": Site(
        "aarch64", ("numpy", "pillow", "tflite-runtime"), "tflite-runtime", "tflite_runtime.interpreter"
    ),
    "tflite-runtime-armv7l": Site("armv7l", ("tflite-runtime",), "tflite-runtime", "tflite_runtime.interpreter"),
}


@dataclass(frozen=True)
class Board:
    name: str
    base: Path = EMULATED

    @property
    def machine(self) -> Machine:
        return MACHINES[SITES[self.name].machine]

    @property
    def root(self) -> Path:
        return self.base / "roots" / SITES[self.name].machine

    @property
    def site(self) -> Path:
        return self.base / "sites" / self.name

    @property
    def python(self) -> list[str]:
        """The command that starts Python there."""
        emulator = self.base / "emulator" / self.machine.emulator
        return [str(emulator), "-cpu", self.machine.cpu, "-L", str(self.root), str(self.root / PYTHON)]

    @property
    def environment(self) -> dict[str, str]:
        """What Python needs to be told there; nothing of this machine's own."""
        libraries = [str(self.root / folder) for folder in self.machine.libraries]
        return {
            "PATH": os.defpath,
            "PYTHONPATH": str(self.site),
            **({"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if libraries else {}),
        }

    def run(
        self, *arguments: object, folder: Path | None = None, limit_s: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run Python there with these arguments."""
        command = [*self.python, *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
