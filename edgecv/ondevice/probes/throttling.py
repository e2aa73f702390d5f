"""What slows a processor down: the firmware of a Raspberry Pi, a Jetson's guards, x86 counters, cooling devices.

Three kinds of signs. `now` is what the firmware says of this moment. `events` only ever rise, so two readings tell what
happened in between; a firmware's bit for "since boot", or on newer kernels "since it was last asked", is one with 0 and
1. `cooling` are the devices whose state says how much slower a processor or GPU has to run; fans are others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping, Tuple

from edgecv.ondevice.probes.files import in_order, number, numbers, text, whole
from edgecv.ondevice.probes.tool import output

FIRMWARE = {  # bit of a Raspberry Pi's get_throttled; 16 places further up, whether it ever was
    0: "under-voltage",
    1: "clock capped by the firmware",
    2: "throttled by the firmware",
    3: "soft limit of temperature",
}
CORE, PACKAGE = "a core throttled", "the package throttled"
# In the types of cooling devices: Linux' own, what ACPI calls Processor, and what Jetsons call theirs.
CAPPING = ("cpufreq", "devfreq", "Processor", "throttle-alert", "balanced")
RESTING = "devfreq"  # of these a state above 0 can come from a power mode


@dataclass(frozen=True)
class Signs:
    now: Tuple[str, ...] | None  # None: there is no such firmware, or it could not be asked
    events: Mapping[str, int]
    cooling: Mapping[str, int]


def signs(root: Path) -> Signs:
    bits = _firmware(root)
    ever = {} if bits is None else {word: bits >> bit + 16 & 1 for bit, word in FIRMWARE.items()}
    now = None if bits is None else tuple(word for bit, word in FIRMWARE.items() if bits >> bit & 1)
    if now is None and undervoltage(root):
        now = (FIRMWARE[0],)
    return Signs(now, {**ever, **counters(root)}, cooling(root))


def slowed(signs: Signs, before: Signs) -> Tuple[str, ...] | None:
    """What slows the processor, or did since the moment before, in words; None: nothing here tells."""
    if signs.now is None and not signs.events and not signs.cooling:
        return None
    risen = [name for name, count in signs.events.items() if count > before.events.get(name, count)]
    on = [
        f"cooling by {name}"
        for name, state in signs.cooling.items()
        if state > (before.cooling.get(name, state) if RESTING in name else 0)
    ]
    return tuple(dict.fromkeys([*(signs.now or ()), *risen, *on]))


def undervoltage(root: Path) -> bool | None:
    """The alarm of a Raspberry Pi's hwmon device, which tells of the voltage alone."""
    for sensor in (root / "sys/class/hwmon").glob("hwmon*"):
        if text(sensor / "name") == "rpi_volt":
            alarm = number(sensor / "in0_lcrit_alarm")
            return None if alarm is None else bool(alarm)
    return None


def _firmware(root: Path) -> int | None:
    """The kernel's file is hexadecimal without a prefix; it lies below the system bus, whose name has an address."""
    platform = root / "sys/devices/platform"
    for file in [*platform.glob("*firmware*/get_throttled"), *platform.glob("soc*/*firmware*/get_throttled")]:
        return whole(text(file), 16)
    answer = output(["vcgencmd", "get_throttled"]) if root == Path("/") else None
    return whole((answer or "").partition("=")[2], 16)


def counters(root: Path) -> Dict[str, int]:
    """Of x86 cores and packages, and of a Jetson's guards against low voltage and high current."""
    folders = in_order(root / "sys/devices/system/cpu", "cpu[0-9]*/thermal_throttle")
    found = {}
    cores = numbers(folder / "core_throttle_count" for folder in folders)
    packages = numbers(folder / "package_throttle_count" for folder in folders)
    if cores:
        found[CORE] = sum(cores)
    if packages:
        found[PACKAGE] = max(packages)  # each core tells the count of its package
    for guard in in_order(root / "sys/class/hwmon", "hwmon*/oc*_event_cnt"):
        count = number(guard)
        if count is not None:
            found[f"guard of voltage and current {guard.name.split('_')[0]}"] = count
    return found


def cooling(root: Path) -> Dict[str, int]:
    """How far each device that slows a processor is on, by its type and number."""
    found = {}
    for device in in_order(root / "sys/class/thermal", "cooling_device*"):
        kind, state = text(device / "type") or "", number(device / "cur_state")
        if state is not None and any(word in kind for word in CAPPING):
            found[f"{kind} ({device.name[len('cooling_device') :]})"] = state
    return found
