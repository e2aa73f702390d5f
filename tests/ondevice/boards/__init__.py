"""Trees of boards for the probes: path -> text, as the named public sources describe each file.

No dump of a real board is kept here: the texts were written by hand after the formats, with plausible figures.
"""

from collections.abc import Mapping
from pathlib import Path

CPU = "sys/devices/system/cpu"
THERMAL = "sys/class/thermal"
PROC_STAT = "cpu  1000 100 400 9000 50 10 40 {steal} 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n"
PRESSURE = "some avg10=0.12 avg60=0.05 avg300=0.01 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"

V8 = "fp asimd evtstrm aes pmull sha1 sha2 crc32"  # Features of Cortex-A53, A57 and A72
V8_2 = f"{V8} atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp"  # of Cortex-A55, A76 and A78AE

Files = dict[str, str]


def lay_out(root: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def cores(count: int, khz: int, lowest: int, highest: int, governor: str) -> Files:
    """cpufreq of so many cores."""
    entries = {
        "scaling_governor": governor,
        "scaling_cur_freq": str(khz),
        "scaling_min_freq": str(lowest),
        "scaling_max_freq": str(highest),
    }
    return {f"{CPU}/cpu{core}/cpufreq/{name}": f"{value}\n" for core in range(count) for name, value in entries.items()}


def zones(millidegrees: Mapping[str, str]) -> Files:
    return {
        f"{THERMAL}/thermal_zone{index}/{name}": f"{value}\n"
        for index, (kind, temp) in enumerate(millidegrees.items())
        for name, value in {"type": kind, "temp": temp}.items()
    }


def cooling(states: Mapping[str, int]) -> Files:
    return {
        f"{THERMAL}/cooling_device{index}/{name}": f"{value}\n"
        for index, (kind, state) in enumerate(states.items())
        for name, value in {"type": kind, "cur_state": state}.items()
    }


def memory(kilobytes: int) -> Files:
    return {"proc/meminfo": f"MemTotal:       {kilobytes} kB\nMemFree:        100 kB\n"}


def cpuinfo(*cores: tuple[str, str, str]) -> Files:
    """Implementer, part and features of each core, as a 64-bit ARM kernel lists them."""
    blocks = [
        f"processor\t: {index}\nFeatures\t: {features}\nCPU implementer\t: {implementer}\nCPU part\t: {part}\n"
        for index, (implementer, part, features) in enumerate(cores)
    ]
    return {"proc/cpuinfo": "\n".join(blocks), f"{CPU}/present": f"0-{len(cores) - 1}\n"}


def package(name: str, version: str, python: str = "python3") -> Files:
    """One that the system's Python has."""
    folder = f"usr/lib/{python}/dist-packages/{name}-{version}.dist-info"
    return {f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}


def system(name: str) -> Files:
    return {"etc/os-release": f'ID=x\nPRETTY_NAME="{name}"\n'}


def process(cgroup: str) -> Files:
    """What the kernel tells of the process that reads it, and of the machine's processor time."""
    return {
        "proc/stat": PROC_STAT.format(steal=0),
        "proc/loadavg": "0.31 0.20 0.10 1/200 4242\n",
        "proc/pressure/cpu": PRESSURE,
        "proc/self/task/4242/schedstat": "5000000000 20000000 123\n",
        "proc/self/cgroup": cgroup,
    }
