"""What this machine is: board, processor, memory, GPU, the runtimes that are installed, the sensors that can be read.

JSON on stdout. Needs Python alone: neither numpy nor a runtime has to be there, or to work. On the machine with edgecv,
`edgecv probe --from FILE` makes a device profile of it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
from datetime import datetime, timezone
from pathlib import Path
from typing import Dict, Iterator

from edgecv.errors import EdgecvError
from edgecv.ondevice.probes import circumstances, hardware, installed, jetson, machine, processor, sensors
from edgecv.ondevice.probes.files import text
from edgecv.records.files import write_json
from edgecv.records.machine import FoundGpu, Machine

HERE = Path("/")
NO_HARDWARE = ("steal", "waiting for a core", "pressure", "quota", "emulation")  # unread, but no sensor is lacking


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of printing")


def run(arguments: argparse.Namespace) -> None:
    plain = dataclasses.asdict(look())
    if arguments.out:
        write_json(arguments.out, plain)
    else:
        print(json.dumps(plain, indent=1))  # noqa: T201


def look(root: Path = HERE, arch: str | None = None) -> Machine:
    """Everything that can be found without being root; what cannot is said."""
    here = root == HERE
    state = circumstances.read(root, arch or machine.architecture())
    found = Machine(
        board=state.model or "",
        vendor=hardware.vendor(root),
        arch=state.arch,
        cpu=", ".join(processor.kinds(root)),
        cores=hardware.cores(root),
        features=hardware.features(root),
        memory_mb=hardware.memory_mb(root),
        system=hardware.system(root),
        kernel=text(root / "proc/sys/kernel/osrelease") or "",
        runtimes=installed.runtimes(root),
        sensors=sensors.readable(root),
        missing=(),
        gpu=_gpu(root),
        power_mode=state.power_mode,
        power_modes=jetson.power_modes(root),
        trtexec=installed.trtexec(root),
        glibc=" ".join(platform.libc_ver()).strip() if here else "",
        python=platform.python_version() if here else "",
        emulated=state.emulated,
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    unread = [name for name in state.unread if name not in NO_HARDWARE]
    return dataclasses.replace(found, missing=(*_missing(found), *unread))


def _missing(found: Machine) -> Iterator[str]:
    facts: Dict[str, object] = {"board": found.board, "vendor": found.vendor, "cpu": found.cpu, "cores": found.cores}
    facts.update({"cpu features": found.features, "memory": found.memory_mb, "NVIDIA GPU": found.gpu})
    yield from (name for name, fact in facts.items() if not fact)
    there = {runtime.target for runtime in found.runtimes}
    for target, packages in installed.RUNTIMES.items():
        if target not in there:
            yield f"{target} runtime ({' or '.join(packages)})"


def _gpu(root: Path) -> FoundGpu | None:
    """From the driver; of a Jetson that has none that works, from the name of its chip."""
    if root == HERE:
        try:
            from edgecv.ondevice.engines.cuda import Gpu, load_driver

            gpu = Gpu(load_driver())
        except (EdgecvError, ImportError, OSError):  # no driver, one that refuses, or no numpy
            return hardware.gpu(root)
        shared = jetson.is_jetson(root)
        found = FoundGpu(gpu.name, gpu.compute_capability, None if shared else gpu.memory_bytes >> 20)
        gpu.close()
        return found
    return hardware.gpu(root)
