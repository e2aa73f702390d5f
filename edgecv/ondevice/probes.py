"""Read what a machine says about itself and its state. Never guesses: what it does not say is None, and is listed.

Every path is taken below `root`, so that the trees of boards can be laid out in a folder and read.
"""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple

ARM_PARTS = {  # "CPU part" of /proc/cpuinfo, where ARM's own cores give no name
    "0xc07": "Cortex-A7",
    "0xd03": "Cortex-A53",
    "0xd04": "Cortex-A35",
    "0xd05": "Cortex-A55",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse-N1",
    "0xd40": "Neoverse-V1",
    "0xd42": "Cortex-A78AE",
}
ARM = ("aarch64", "arm")
X86 = ("x86_64", "i386", "i486", "i586", "i686")
CAPPING = ("cpufreq", "devfreq", "Processor")  # cooling devices that slow a processor down; fans are others


@dataclass(frozen=True)
class Circumstances:
    """A machine at one moment. Times are sums since some start: only their differences mean anything."""

    model: str | None
    arch: str
    cpu: str | None
    emulated: bool | None
    kernel: str
    governor: str | None
    frequency_mhz: Tuple[float, ...]  # one a core; empty: unread
    limit_mhz: Tuple[float, ...]  # what each core may reach at present
    temperature_c: Tuple[float, ...]
    throttle_events: int | None  # counted by x86 processors
    undervoltage: bool | None  # Raspberry Pi
    cooling: Tuple[int, ...]  # how far each cooling device that slows the processor is on
    load: Tuple[float, ...]
    busy_s: float | None  # of all cores and all processes
    stolen_s: float | None  # wanted by this virtual machine, given to another
    own_s: float  # processor time of this process
    waited_s: float | None  # this process' threads, ready to run, while others had their core
    at_s: float

    @property
    def unread(self) -> Tuple[str, ...]:
        """What could not be read, in words."""
        silent = {
            "governor": self.governor is None,
            "clocks": not self.frequency_mhz,
            "temperature": not self.temperature_c,
            "throttling": self.throttle_events is None and self.undervoltage is None and not self.cooling,
            "steal": self.stolen_s is None,
            "waiting for a core": self.waited_s is None,
            "emulation": self.emulated is None,
        }
        return tuple(name for name, unread in silent.items() if unread)

    @property
    def machine(self) -> Dict[str, Any]:
        """What does not change from one moment to the next."""
        return {"model": self.model, "arch": self.arch, "cpu": self.cpu, "emulated": self.emulated}


def read(root: Path = Path("/"), arch: str | None = None) -> Circumstances:
    """What this machine is, and how it fares."""
    arch = arch or platform.machine()
    cpuinfo = _cpuinfo(root)
    busy_s, stolen_s = _processor_times(root)
    return Circumstances(
        model=_board(root),
        arch=arch,
        cpu=_cpu(cpuinfo),
        emulated=_emulated(root, arch, cpuinfo),
        kernel=platform.release(),
        governor=_governor(root),
        frequency_mhz=_frequencies(root, "scaling_cur_freq"),
        limit_mhz=_frequencies(root, "scaling_max_freq"),
        temperature_c=_temperatures(root),
        throttle_events=_throttle_events(root),
        undervoltage=_undervoltage(root),
        cooling=_cooling(root),
        load=_load(root),
        busy_s=busy_s,
        stolen_s=stolen_s,
        own_s=time.process_time(),
        waited_s=_waited(root),
        at_s=time.monotonic(),
    )


def architecture() -> str:
    """What this machine's processor is, in the words of device profiles."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64", "armv8l": "armv7l"}.get(machine, machine)


def cpu_model(root: Path = Path("/")) -> str:
    """What this machine's processor calls itself, or its architecture where it has no name."""
    return _cpu(_cpuinfo(root)) or platform.processor() or architecture()


def cores() -> int:
    """How many cores this process may use, which in a container can be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peak_memory_mb(root: Path = Path("/")) -> float | None:
    """The most memory this process ever had in use."""
    for line in (_text(root / "proc/self/status") or "").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return None


def process_age_s(root: Path = Path("/")) -> float | None:
    """How long ago this process was started."""
    stat, uptime = _text(root / "proc/self/stat"), _text(root / "proc/uptime")
    if not stat or not uptime:
        return None
    ticks = int(stat.rpartition(")")[2].split()[19])  # the name in brackets may itself hold spaces and brackets
    return float(uptime.split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode(errors="replace").strip("\0 \n") or None  # a device tree ends texts with NUL
    except OSError:  # absent, or, as a zone that is powered down, there and not readable
        return None


def _number(path: Path) -> int | None:
    try:
        return int(_text(path) or "")
    except ValueError:
        return None


def _numbers(paths: List[Path]) -> List[int]:
    return [number for number in map(_number, paths) if number is not None]


def _cores(root: Path, inside: str) -> List[Path]:
    """That file of every core, in the order of the cores."""
    folder = root / "sys/devices/system/cpu"
    return sorted(folder.glob(f"cpu[0-9]*/{inside}"), key=lambda path: int(path.relative_to(folder).parts[0][3:]))


def _cpuinfo(root: Path) -> Mapping[str, str]:
    """The first core's entries; the lines behind the cores, as a Raspberry Pi's, among them."""
    entries: Dict[str, str] = {}
    for line in (_text(root / "proc/cpuinfo") or "").splitlines():
        key, _, value = line.partition(":")
        entries.setdefault(key.strip(), value.strip())
    return entries


def _board(root: Path) -> str | None:
    tree = _text(root / "proc/device-tree/model")
    if tree:
        return tree
    maker, product = (_text(root / "sys/class/dmi/id" / name) for name in ("sys_vendor", "product_name"))
    return " ".join(part for part in (maker, product) if part) or _text(root / "sys/devices/soc0/machine")


def _cpu(cpuinfo: Mapping[str, str]) -> str | None:
    part = cpuinfo.get("CPU part", "")
    return ARM_PARTS.get(part) or cpuinfo.get("model name") or part or None


def _emulated(root: Path, arch: str, cpuinfo: Mapping[str, str]) -> bool | None:
    """Whether instructions are translated. A virtual machine alone is not: its instructions run as they are.

    An emulated process is told the wished-for architecture by uname, but not by the kernel's own file, which Linux has
    had since 6.1. Before that a device tree tells: emulation of a single process shows none.
    """
    if "TCG" in cpuinfo.get("model name", ""):
        return True
    kernel = _text(root / "proc/sys/kernel/arch")
    if kernel is None and arch.startswith(ARM):
        if "vendor_id" in cpuinfo:  # only x86 has this line
            return True
        return False if _text(root / "proc/device-tree/model") else None
    if kernel is None:
        return None
    return not any(arch.startswith(family) and kernel.startswith(family) for family in (ARM, X86))


def _governor(root: Path) -> str | None:
    governors = {_text(path) for path in _cores(root, "cpufreq/scaling_governor")} - {None}
    return ", ".join(sorted(str(governor) for governor in governors)) or None


def _frequencies(root: Path, name: str) -> Tuple[float, ...]:
    return tuple(khz / 1000 for khz in _numbers(_cores(root, f"cpufreq/{name}")))


def _temperatures(root: Path) -> Tuple[float, ...]:
    zones = sorted((root / "sys/class/thermal").glob("thermal_zone*/temp"))
    return tuple(millidegrees / 1000 for millidegrees in _numbers(zones))


def _throttle_events(root: Path) -> int | None:
    counts = _numbers(_cores(root, "thermal_throttle/core_throttle_count"))
    return sum(counts) if counts else None


def _undervoltage(root: Path) -> bool | None:
    for sensor in (root / "sys/class/hwmon").glob("hwmon*"):
        if _text(sensor / "name") == "rpi_volt":
            alarm = _number(sensor / "in0_lcrit_alarm")
            return None if alarm is None else bool(alarm)
    return None


def _cooling(root: Path) -> Tuple[int, ...]:
    devices = sorted((root / "sys/class/thermal").glob("cooling_device*"))
    capping = [device for device in devices if any(word in (_text(device / "type") or "") for word in CAPPING)]
    return tuple(_numbers([device / "cur_state" for device in capping]))


def _load(root: Path) -> Tuple[float, ...]:
    return tuple(float(figure) for figure in (_text(root / "proc/loadavg") or "").split()[:3])


def _processor_times(root: Path) -> Tuple[float | None, float | None]:
    """Busy and stolen seconds of all cores together."""
    fields = (_text(root / "proc/stat") or "").split("\n")[0].split()[1:]
    if len(fields) < 8:
        return None, None
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields[:8])
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq) / ticks, steal / ticks


def _waited(root: Path) -> float | None:
    """The second figure of each thread's schedstat: nanoseconds on the waiting list of a core."""
    texts = [_text(path) for path in (root / "proc/self/task").glob("*/schedstat")]
    waits = [int(text.split()[1]) for text in texts if text]
    return sum(waits) / 1e9 if waits else None
