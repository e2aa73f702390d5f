"""What edgecv needs for what, and what is known not to go together: data, and one look at the installed versions.

Only package metadata is read. Importing TensorFlow to learn its version would take longer than all the rest.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edgecv.documents.versions import in_range
from edgecv.hosts.versions import versions

State = Literal["ok", "missing", "wrong version"]
Choice = tuple[str, str]  # a package and the versions of it that serve


@dataclass(frozen=True)
class Need:
    """One thing edgecv uses: any of these packages will do."""

    serves: str
    extra: str  # of edgecv's own, "" for the base install
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Clash:
    """Two packages that install side by side and do not work together."""

    one: Choice
    other: Choice
    because: str
    mend: str


@dataclass(frozen=True)
class Machine:
    arch: str
    glibc: str  # "" where there is none


@dataclass(frozen=True)
class Finding:
    """What was found of one need."""

    serves: str
    package: str
    expected: str
    installed: str | None
    state: State
    mend: str  # "" when there is nothing to mend


_TENSORFLOW = ">=2.20,<2.22"

NEEDS = (
    Need("everything", "", (("python", ">=3.10,<3.14"),)),
    Need("everything", "", (("numpy", ">=1.24"),)),
    Need("everything", "", (("pillow", ">=10.3"),)),
    Need("everything", "", (("click", ">=8.1.7,<9"),)),
    Need("everything", "", (("pyyaml", ">=6.0.1,<7"),)),
    Need("everything", "", (("msgspec", ">=0.19,<1"),)),
    Need("tflite artifacts", "tflite", (("ai-edge-litert", ">=2.1,<3"), ("tflite-runtime", "==2.14.0"))),
    Need("onnx artifacts", "onnx", (("onnxruntime", ">=1.20,<2"),)),
    Need("openvino artifacts", "openvino", (("openvino", ">=2025.4,<2027"),)),
    Need("detection metrics", "evaluate", (("pycocotools", ">=2.0.8,<3"),)),
    Need("training", "train", (("tensorflow-cpu", _TENSORFLOW), ("tensorflow", _TENSORFLOW))),
    Need("training", "train", (("keras", ">=3.12,<3.16"),)),
    Need("training", "train", (("matplotlib", ">=3.9,<4"),)),
    Need("training", "train", (("scikit-learn", ">=1.5,<2"),)),
    Need("conversion", "convert", (("nncf", ">=3.0,<4"),)),
    Need("conversion", "convert", (("onnx", ">=1.17,<1.24"),)),
    Need("conversion", "convert", (("tf2onnx", ">=1.17,<1.18"),)),
)

CLASHES = (
    Clash(
        ("tflite-runtime", ""),
        ("numpy", ">=2"),
        "it is built for numpy 1: it imports, and raises SystemError when it runs",
        "pip uninstall tflite-runtime, then pip install 'edgecv[tflite]'; where only tflite-runtime will do: "
        "pip install 'numpy<2'",
    ),
    Clash(
        ("tensorflow", ""),
        ("tensorflow-cpu", ""),
        "both install the module tensorflow, and the files of one overwrite the other's",
        "pip uninstall tensorflow tensorflow-cpu, then pip install 'edgecv[train]'",
    ),
    *(
        Clash((tensorflow, ">=2.21"), ("protobuf", "<6.31.1"), "TensorFlow needs a newer protobuf", mend)
        for tensorflow in ("tensorflow", "tensorflow-cpu")
        for mend in ("pip install 'protobuf>=6.31.1,<8'",)
    ),
    Clash(
        ("tflite-runtime", ""),
        ("python", ">=3.12"),
        "its last wheels are for Python 3.11",
        "pip uninstall tflite-runtime, then pip install 'edgecv[tflite]'",
    ),
)

# The glibc that a wheel asks for. A machine of one of these kinds that is not listed has no wheel at all.
WHEELS: dict[str, dict[str, str]] = {
    "ai-edge-litert": {"x86_64": "2.27", "aarch64": "2.27"},
    "tflite-runtime": {"x86_64": "2.17", "aarch64": "2.34", "armv7l": "2.34"},
    "onnxruntime": {"x86_64": "2.28", "aarch64": "2.28"},
    "openvino": {"x86_64": "2.28", "aarch64": "2.35"},
}

NOT_FROM_PIP = {
    "python": "make the environment with a Python that fits: python3.11 -m venv .venv",
    "tensorrt": "it comes with NVIDIA's own system: sudo apt install python3-libnvinfer",
}


def this_machine() -> Machine:
    """What decides which wheels fit."""
    library, version = platform.libc_ver()
    return Machine(platform.machine(), version if library == "glibc" else "")


def installed_versions() -> dict[str, str]:
    """The versions of all that is named here, and of Python."""
    packages = {package for need in NEEDS for package, _ in need.choices}
    packages |= {package for clash in CLASHES for package, _ in (clash.one, clash.other)}
    return {"python": platform.python_version(), **versions(*(packages - {"python"}))}


def examine(versions: Mapping[str, str], machine: Machine) -> list[Finding]:
    """What there is of every need."""
    return [_finding(need, versions, machine) for need in NEEDS]


def clashes(versions: Mapping[str, str]) -> list[Clash]:
    """The known clashes that are installed."""
    return [clash for clash in CLASHES if _is_there(clash.one, versions) and _is_there(clash.other, versions)]


def state_of(choice: Choice, versions: Mapping[str, str]) -> State:
    """Whether a package is there, in a version that serves."""
    package, expected = choice
    if package not in versions:
        return "missing"
    return "ok" if in_range(versions[package], expected) else "wrong version"


def mend(package: str, expected: str, state: State, machine: Machine) -> str:
    """What to type, or why there is nothing to type; "" when there is nothing to mend."""
    if state == "ok":
        return ""
    if package in NOT_FROM_PIP:
        return NOT_FROM_PIP[package]
    if state == "wrong version":
        return f"pip install '{package}{expected}'"
    return why_no_wheel(package, machine) or _install(package)


def _finding(need: Need, versions: Mapping[str, str], machine: Machine) -> Finding:
    there = [choice for choice in need.choices if choice[0] in versions]
    fitting = [choice for choice in need.choices if not why_no_wheel(choice[0], machine)]
    package, expected = (there or fitting or need.choices)[0]
    state = state_of((package, expected), versions)
    cure = mend(package, expected, state, machine)
    return Finding(need.serves, package, expected, versions.get(package), state, cure)


def _install(package: str) -> str:
    extras = (need.extra for need in NEEDS for choice, _ in need.choices if choice == package)
    extra = package if package == "tflite-runtime" else next(extras, "")  # the second choice has an extra of its own
    return f"pip install 'edgecv[{extra}]'" if extra else f"pip install '{package}'"


def why_no_wheel(package: str, machine: Machine) -> str:
    """Why pip will find no wheel for this machine; "" when it will."""
    if package not in WHEELS:
        return ""
    floor = WHEELS[package].get(machine.arch)
    if floor is None:
        return f"{package} has no wheel for {machine.arch}"
    if machine.glibc and not in_range(machine.glibc, f">={floor}"):
        return f"the wheels of {package} need glibc {floor}, this machine has {machine.glibc}"
    return ""


def _is_there(choice: Choice, versions: Mapping[str, str]) -> bool:
    return state_of(choice, versions) == "ok"
