"""Probes on the trees of boards. The layouts follow the kernel's documents; no dump of a real board was at hand."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgecv.ondevice import probes
from edgecv.ondevice.probes import read

CPU = "sys/devices/system/cpu"
PROC_STAT = "cpu  1000 100 400 9000 50 10 40 {steal} 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    cores = {
        f"{CPU}/cpu{core}/cpufreq/{name}": value
        for core in range(4)
        for name, value in {
            "scaling_governor": "ondemand\n",
            "scaling_cur_freq": "2400000\n" if core == 0 else "1500000\n",
            "scaling_max_freq": "2400000\n",
        }.items()
    }
    return tree(
        tmp_path,
        {
            **cores,
            "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
            "proc/cpuinfo": "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\nModel\t: Raspberry Pi 5\n",
            "proc/sys/kernel/arch": "aarch64\n",
            "proc/loadavg": "0.31 0.20 0.10 1/200 4242\n",
            "proc/stat": PROC_STAT.format(steal=0),
            "sys/class/thermal/thermal_zone0/temp": "61250\n",
            "sys/class/thermal/cooling_device0/type": "pwm-fan\n",
            "sys/class/thermal/cooling_device0/cur_state": "3\n",
            "sys/class/thermal/cooling_device1/type": "thermal-cpufreq-0\n",
            "sys/class/thermal/cooling_device1/cur_state": "0\n",
            "sys/class/hwmon/hwmon0/name": "rpi_volt\n",
            "sys/class/hwmon/hwmon0/in0_lcrit_alarm": "1\n",
        },
    )


@pytest.fixture
def pc(tmp_path: Path) -> Path:
    cores = {
        f"{CPU}/cpu{core}/{name}": value
        for core in range(12)
        for name, value in {
            "cpufreq/scaling_governor": "performance\n",
            "cpufreq/scaling_cur_freq": f"{3000000 + 1000 * core}\n",
            "cpufreq/scaling_max_freq": "3400000\n",
            "thermal_throttle/core_throttle_count": "2\n",
        }.items()
    }
    return tree(
        tmp_path,
        {
            **cores,
            "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) N100\n",
            "proc/sys/kernel/arch": "x86_64\n",
            "proc/stat": PROC_STAT.format(steal=0),
            "sys/class/dmi/id/sys_vendor": "Mini\n",
            "sys/class/dmi/id/product_name": "Box 12\n",
            "sys/class/thermal/thermal_zone0/temp": "45000\n",
            "sys/class/thermal/thermal_zone1/temp": "nonsense\n",
            "sys/class/thermal/cooling_device0/type": "Processor\n",
            "sys/class/thermal/cooling_device0/cur_state": "0\n",
        },
    )


def test_a_raspberry_pi_tells_who_it_is_and_how_it_fares(pi: Path) -> None:
    found = read(pi, arch="aarch64")
    assert found.machine == {
        "model": "Raspberry Pi 5 Model B Rev 1.0",
        "arch": "aarch64",
        "cpu": "Cortex-A76",
        "emulated": False,
    }
    assert found.governor == "ondemand"
    assert list(found.frequency_mhz) == [2400, 1500, 1500, 1500]
    assert list(found.limit_mhz) == [2400] * 4
    assert found.temperature_c == (61.25,)
    assert found.undervoltage is True
    assert found.cooling == (0,)  # the fan slows nothing down
    assert found.throttle_events is None
    assert found.load == (0.31, 0.20, 0.10)
    assert found.unread == ("waiting for a core",)


def test_an_x86_machine_counts_throttling_over_all_cores(pc: Path) -> None:
    found = read(pc, arch="x86_64")
    assert found.machine == {"model": "Mini Box 12", "arch": "x86_64", "cpu": "Intel(R) N100", "emulated": False}
    assert found.throttle_events == 24
    assert found.frequency_mhz == tuple(3000.0 + core for core in range(12))  # core 10 after core 9, not after 1
    assert found.temperature_c == (45.0,)
    assert found.undervoltage is None


def test_a_bare_virtual_machine_says_nothing_and_nothing_is_made_up(tmp_path: Path) -> None:
    found = read(tree(tmp_path, {"proc/stat": PROC_STAT.format(steal=200)}), arch="x86_64")
    assert [found.model, found.cpu, found.governor, found.emulated] == [None] * 4
    assert [found.throttle_events, found.undervoltage, found.waited_s] == [None] * 3
    assert found.frequency_mhz == found.limit_mhz == found.temperature_c == found.cooling == found.load == ()
    ticks = os.sysconf("SC_CLK_TCK")
    assert (found.busy_s, found.stolen_s) == (1550 / ticks, 200 / ticks)
    assert found.unread == ("governor", "clocks", "temperature", "throttling", "waiting for a core", "emulation")


def test_an_empty_tree_reads_as_unknown_and_not_as_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, arch="aarch64")
    assert "steal" in found.unread
    assert probes.peak_memory_mb(tmp_path) is None
    assert probes.process_age_s(tmp_path) is None


@pytest.mark.parametrize(
    ("arch", "files", "emulated"),
    [
        ("aarch64", {"proc/sys/kernel/arch": "x86_64"}, True),
        ("aarch64", {"proc/sys/kernel/arch": "aarch64"}, False),
        ("armv7l", {"proc/sys/kernel/arch": "aarch64", "proc/device-tree/model": "a board\0"}, False),
        ("aarch64", {"proc/cpuinfo": "vendor_id\t: GenuineIntel\n"}, True),
        ("aarch64", {"proc/device-tree/model": "a board\0"}, False),
        ("aarch64", {}, None),
        ("x86_64", {"proc/cpuinfo": "flags\t: fpu hypervisor\n", "proc/sys/kernel/arch": "x86_64"}, False),
        ("x86_64", {"proc/cpuinfo": "model name\t: QEMU TCG CPU version 2.5+\n"}, True),
    ],
    ids=["kernel of another kind", "same kernel", "32-bit board", "old emulator", "old kernel", "unknown", "VM", "TCG"],
)
def test_an_emulated_processor_is_told_from_a_virtual_machine(tmp_path, arch, files, emulated) -> None:
    assert read(tree(tmp_path, files), arch=arch).emulated is emulated


def test_waiting_is_summed_over_threads(tmp_path: Path) -> None:
    threads = {f"proc/self/task/{number}/schedstat": f"999 {number}000000000 7\n" for number in (1, 2)}
    assert read(tree(tmp_path, threads), arch="x86_64").waited_s == 3


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_this_process_has_an_age_and_a_peak_of_memory() -> None:
    child = "import time; time.sleep(0.2); from edgecv.ondevice import probes; print(probes.process_age_s())"
    start = time.monotonic()
    age_s = float(subprocess.check_output([sys.executable, "-c", child], text=True))
    assert 0.2 <= age_s <= time.monotonic() - start + 0.05
    peak_mb = probes.peak_memory_mb()
    assert peak_mb is not None
    assert peak_mb > 10
