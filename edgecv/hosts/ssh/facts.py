"""What a board told of itself, and whether that is enough."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from edgecv.errors import BY_EXIT_CODE, EdgecvError, Unavailable
from edgecv.hosts.ssh.line import Cut, Line
from edgecv.ondevice import probes
from edgecv.records.device import Connection, DeviceProfile

NEEDED = ("numpy", "pillow")
SERVING = {  # packages that bring a target's runtime, the one to install first
    "tflite": ("ai-edge-litert", "tflite-runtime"),
    "onnx": ("onnxruntime",),
    "openvino": ("openvino",),
    "tensorrt": ("tensorrt",),
}
RUNTIMES = frozenset(package for packages in SERVING.values() for package in packages)


@dataclass(frozen=True)
class Facts:
    python: str
    arch: str
    machine: tuple[str, ...]  # as uname tells it
    cores: int
    packages: Mapping[str, str]
    free_mb: float | None  # memory
    disk_mb: float
    root: str  # the folder of what it was sent
    lease: Mapping[str, Any] | None

    def lacking(self, profile: DeviceProfile, target: str | None = None) -> str:
        """What keeps it from running a target, and what to type; "" where nothing does."""
        connection = profile.connection
        assert connection
        if self.arch != profile.arch:
            return f"its profile says {profile.arch}, and the board is {self.arch}"
        missing = [package for package in NEEDED if package not in self.packages]
        serving = SERVING.get(target or "", ())
        if serving and not any(package in self.packages for package in serving):
            runtime = profile.runtimes.get(target or "")
            missing.append(runtime.package if runtime else serving[0])
        if "tensorrt" in missing:
            return "its Python has no TensorRT, which comes with NVIDIA's system: sudo apt install python3-libnvinfer"
        if not missing:
            return ""
        install = f"{connection.python} -m pip install {' '.join(missing)}"
        return f"{connection.python} there lacks {' and '.join(missing)}; type there: {install}"


def read(plain: Mapping[str, Any]) -> Facts:
    return Facts(
        python=str(plain["python"]),
        arch=probes.architecture(str(plain["arch"])),
        machine=tuple(map(str, plain["machine"])),
        cores=int(plain["cores"]),
        packages={str(name): str(version) for name, version in plain["packages"].items()},
        free_mb=plain["free_mb"],
        disk_mb=float(plain["disk_mb"]),
        root=str(plain["root"]),
        lease=plain["lease"],
    )


def ask(profile: DeviceProfile) -> Facts:
    """Ask a board for its facts; nothing is left there."""
    assert profile.connection
    line = open_line(profile, {"session": None, "python": profile.connection.python, "mark": f"edgecv-{token_hex(8)} "})
    line.close()
    return read(line.hello["facts"])


def require(profile: DeviceProfile, targets: Iterable[str]) -> None:
    """Refuse a board that does not answer, or can run none of the targets."""
    facts = ask(profile)
    reasons = [facts.lacking(profile, target) for target in targets]
    if all(reasons):
        raise Unavailable(f"{profile.name}: {reasons[0]}")


def open_line(profile: DeviceProfile, wanted: dict[str, Any]) -> Line:
    """A line to a board, or the sentence why there is none."""
    connection = profile.connection
    assert connection
    try:
        line = Line(connection, wanted)
    except Cut as cut:
        raise Unavailable(f"{profile.name}: {_sentence(str(cut), connection)}") from cut
    if "error" in line.hello:
        line.close()
        raise error_of(profile.name, line.hello)
    return line


def error_of(name: str, answer: Mapping[str, Any]) -> EdgecvError:
    """What a board answered with instead of what it was asked for."""
    kind = BY_EXIT_CODE.get(answer["code"])
    if kind is None:
        return EdgecvError(f"{name}: a bug in what looks after the session there:\n{answer['error']}")
    return kind(f"{name}: {answer['error']}")


def _sentence(words: str, connection: Connection) -> str:
    if "not found" in words or "No such file" in words:
        return (
            f"there is no {connection.python} there ({words}); install Python 3.8 or later, or name one in the profile "
            "with connection.python"
        )
    return f"cannot be reached by ssh ({connection.ssh}): {words}; to see more, type: ssh {connection.ssh} true"
