"""Device profiles: from a name or a path to a record that is known to make sense."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from edgecv.documents.document import Document
from edgecv.documents.limits import Limit, check, positive, refuse, refuse_repeated
from edgecv.documents.registry import find, folder
from edgecv.documents.shape import read_record
from edgecv.documents.versions import is_range
from edgecv.documents.written import Written, shown_path
from edgecv.documents.yaml_tree import read_file, read_text
from edgecv.errors import not_one_of
from edgecv.ondevice import probes
from edgecv.ondevice.engines import ENGINES
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Precision

CAPABILITY = re.compile(r"\d{1,2}\.\d")
# What TensorRT 8.4.1 answers about the GPUs of a Jetson Nano and a Jetson TX2.
WITHOUT_INT8 = ("5.3", "6.2")
LOCAL = "local"  # the profile whose hardware is not written down but read from this machine

LIMITS = (
    positive("cpu.cores"),
    positive("memory_mb"),
    Limit("runtimes", "at least one runtime", lambda runtimes: len(runtimes) > 0),
)


def load_device(name_or_path: str | os.PathLike[str]) -> Document[DeviceProfile]:
    """The device profile of a name or a path."""
    path = find("devices", name_or_path)
    written = read_file(path)
    if path == folder("devices") / f"{LOCAL}.yaml":
        written = replace(written, value={**_this_machine(), **written.value})
    return _checked(written, path)


def read_device(text: str, path: Path) -> Document[DeviceProfile]:
    """The device profile that a text would be as the content of `path`."""
    return _checked(read_text(text, shown_path(path)), path)


def _checked(written: Written, path: Path) -> Document[DeviceProfile]:
    document = Document(read_record(written, DeviceProfile, name=path.stem), path, written)
    check(document, LIMITS)
    for target in document.record.runtimes:
        _check_runtime(document, target)
    _check_gpu(document)
    refuse_repeated(document, "power_modes", document.record.power_modes)
    _check_connection(document)
    return document


def _check_runtime(document: Document[DeviceProfile], target: str) -> None:
    field = f"runtimes.{target}"
    runtime = document.record.runtimes[target]
    if target not in ENGINES:
        refuse(document, field, not_one_of(ENGINES, target))
    if not runtime.precisions:
        refuse(document, f"{field}.precisions", "expected at least one precision; a runtime without any is left out")
    refuse_repeated(document, f"{field}.precisions", runtime.precisions)
    for precision, reason in runtime.lacks.items():
        _check_lack(document, f"{field}.lacks.{precision}", precision, reason, runtime.precisions)
    if not is_range(runtime.versions):
        refuse(document, f"{field}.versions", f"expected a range such as '>=2.1,<3', got '{runtime.versions}'")
    for name, number in (("threads", runtime.threads), ("streams", runtime.streams)):
        if number is not None and number < 1:
            refuse(document, f"{field}.{name}", f"expected a number above 0, got '{number}'")


def _check_lack(
    document: Document[DeviceProfile], field: str, precision: str, reason: str, runs: Sequence[Precision]
) -> None:
    if precision not in get_args(Precision):
        refuse(document, field, not_one_of(get_args(Precision), precision))
    if precision in runs:
        refuse(document, field, "it is among its precisions as well; keep one")
    if not reason:
        refuse(document, field, "expected the reason, such as 'its GPU has no int8 arithmetic'")


def lack_of_int8(compute_capability: str) -> str | None:
    """Why TensorRT runs no int8 on such a GPU; None where it does."""
    if compute_capability in WITHOUT_INT8:
        return f"a GPU of compute capability {compute_capability} has no int8 arithmetic"
    return None


def _check_gpu(document: Document[DeviceProfile]) -> None:
    gpu, runtime = document.record.gpu, document.record.runtimes.get("tensorrt")
    if gpu is None:
        return
    if not CAPABILITY.fullmatch(gpu.compute_capability):
        refuse(document, "gpu.compute_capability", f"expected a number such as '8.7', got '{gpu.compute_capability}'")
    if gpu.memory_mb is not None and gpu.memory_mb < 1:
        refuse(document, "gpu.memory_mb", f"expected a number above 0, got '{gpu.memory_mb}'")
    lack = lack_of_int8(gpu.compute_capability)
    if lack and runtime and "int8" in runtime.precisions:
        refuse(document, "runtimes.tensorrt.precisions", f"int8: {lack}; name it under lacks, with that reason")


def _check_connection(document: Document[DeviceProfile]) -> None:
    connection = document.record.connection
    if connection is None:
        return
    if not connection.ssh or connection.ssh.startswith("-"):  # ssh would take it for an option
        refuse(document, "connection.ssh", f"expected a name from your ssh configuration, got '{connection.ssh}'")
    if not connection.python or connection.python.startswith("-"):  # and the board's shell would take this for one
        refuse(document, "connection.python", f"expected a name or path such as python3, got '{connection.python}'")


def _this_machine() -> dict[str, Written]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    facts: dict[str, Any] = {
        "arch": probes.architecture(),
        "cpu": {"model": probes.cpu_model(), "cores": os.cpu_count() or 1},
        "memory_mb": memory // 2**20,
    }
    return {name: _found(value) for name, value in facts.items()}


def _found(value: Any) -> Written:
    inside = {name: _found(each) for name, each in value.items()} if isinstance(value, dict) else value
    return Written(inside, "this machine")
