"""From what a probe found on a machine to a device profile to start from."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from edgecv.documents.device import lack_of_int8, read_device
from edgecv.documents.document import Document
from edgecv.documents.versions import leading
from edgecv.documents.written import shown_path
from edgecv.errors import InputError, Unavailable
from edgecv.records.device import DeviceProfile
from edgecv.records.machine import SCHEMA, FoundRuntime, Machine
from edgecv.records.recipe import Precision

Precisions = Mapping[str, Sequence[Precision]]  # that each target is built in
MOST = 1 << 20  # bytes


def read_machine(path: Path) -> Machine:
    """The facts in a file that `python3 -m edgecv.ondevice probe` printed."""
    where = shown_path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    expected = "expected what `python3 -m edgecv.ondevice probe` prints"
    if len(content) > MOST:
        raise InputError(f"{where}: {expected}, got {len(content)} bytes")
    try:
        machine = msgspec.json.decode(content, type=Machine)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{where}: {expected}: {error}".replace("$.", "")) from error
    if machine.schema > SCHEMA:
        raise InputError(f"{where}: made by a newer edgecv (schema {machine.schema}); upgrade edgecv")
    return machine


def profile_text(machine: Machine, precisions: Precisions) -> str:
    """The profile as YAML; comments say what it lacks."""
    head = [f"Found by edgecv probe, {machine.taken_at or 'some day'}. Look it over, and add threads to the runtimes."]
    head += [f"Not found: {', '.join(machine.missing)}."] if machine.missing else []
    if machine.emulated:
        head.append("EMULATED: no time that is taken here is that of a real board.")
    plain = _profile(machine, precisions)
    text = yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    comments = "".join(f"# {_printable(line)}\n" for line in head)
    return comments + text


def profile_of(machine: Machine, precisions: Precisions, path: Path) -> Document[DeviceProfile]:
    """The profile, checked as if it had been read from a file."""
    return read_device(profile_text(machine, precisions), path)


def _profile(machine: Machine, precisions: Precisions) -> dict[str, Any]:
    found = [runtime for runtime in machine.runtimes if runtime.target in precisions]
    if not found:
        raise Unavailable(
            "probe: none of edgecv's runtimes is installed there, and a profile needs one: pip install ai-edge-litert, "
            "onnxruntime or openvino"
        )
    if not machine.memory_mb or not machine.cores:
        raise InputError(f"probe: neither a profile can do without: memory {machine.memory_mb}, cores {machine.cores}")
    name = machine.board or machine.cpu or machine.arch
    gigabytes = f"{round(machine.memory_mb / 1024, 1):g} GB"
    plain: dict[str, Any] = {
        "summary": ", ".join(filter(None, (name, gigabytes, machine.system))),
        "vendor": machine.vendor or "unknown",
        "arch": machine.arch,
        "cpu": {"model": machine.cpu or "unknown", "cores": machine.cores, "features": list(machine.features)},
        "memory_mb": machine.memory_mb,
        "runtimes": {each.target: _runtime(each, machine, precisions[each.target]) for each in found},
    }
    if machine.gpu:
        own = {"memory_mb": machine.gpu.memory_mb} if machine.gpu.memory_mb else {}
        plain["gpu"] = {"model": machine.gpu.model, "compute_capability": machine.gpu.compute_capability, **own}
    if machine.power_modes:
        plain["power_modes"] = list(machine.power_modes)
    date = machine.taken_at.partition("T")[0]
    sources = [f"edgecv probe on {name}, {date}: /proc, /sys, installed packages", "precisions: all that edgecv builds"]
    return {**plain, "sensors": list(machine.sensors), "sources": sources, "verified": ""}


def _runtime(found: FoundRuntime, machine: Machine, builds: Sequence[Precision]) -> dict[str, Any]:
    lack = lack_of_int8(machine.gpu.compute_capability) if machine.gpu and found.target == "tensorrt" else None
    version = leading(found.version)
    return {
        "package": found.package,
        **({"versions": f">={version}"} if version else {}),
        "precisions": [each for each in builds if not (lack and each == "int8")],
        **({"lacks": {"int8": lack}} if lack else {}),
    }


def _printable(text: str) -> str:
    """On one line, whatever a board called itself."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
