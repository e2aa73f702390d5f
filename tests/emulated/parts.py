"""How each part of the emulated boards is made, in a folder that is empty and not yet in its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.emulated import archive
from tests.emulated.boards import MACHINES, SITES

CONSTRAINTS = Path(__file__).parent.parent.parent / "constraints"
# Debian 12's emulator shows programs the wrong /proc/cpuinfo, on which ai-edge-litert and onnxruntime crash.
EMULATOR_SUITE, ROOT_SUITE = "trixie", "bookworm"
GLIBC = range(17, 37)  # the wheels that a root of Debian 12, which has 2.36, can load


def emulator(folder: Path) -> None:
    """The emulators, out of a package that need not be installed: each is one static file."""
    (package,) = archive.fetch(folder / "apt", EMULATOR_SUITE, "amd64", ["qemu-user"], alone=True)
    names = [f"./usr/bin/{machine.emulator}" for machine in MACHINES.values()]
    unpacked = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE)
    with unpacked:
        subprocess.run(
            ["tar", "-x", "-C", str(folder), "--strip-components=3", *names], stdin=unpacked.stdout, check=True
        )


def root(folder: Path, machine: str) -> None:
    """Debian's files for a machine. No script of a package runs, so it needs no rights, and no emulator yet."""
    chosen = MACHINES[machine]
    for package in archive.fetch(folder / "apt", ROOT_SUITE, chosen.debian, chosen.packages):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(folder)], check=True)


def site(folder: Path, name: str) -> None:
    """Wheels for the machine, installed by this machine's pip."""
    chosen = SITES[name]
    platforms = [f"--platform=manylinux_2_{minor}_{chosen.machine}" for minor in reversed(GLIBC)]
    platforms.append(f"--platform=manylinux2014_{chosen.machine}")
    made_for = ["--implementation=cp", "--python-version=3.11", "--only-binary=:all:", "--no-deps", *platforms]
    where = ["--target", str(folder), "--no-compile", "--constraint", str(CONSTRAINTS / f"{chosen.constraints}.txt")]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *where, *made_for]
    done = subprocess.run([*command, *chosen.packages], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pip could not install {', '.join(chosen.packages)} for {chosen.machine}:\n{done.stderr}")
