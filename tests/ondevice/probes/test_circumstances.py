"""A whole machine at one moment, on trees of boards."""

import os
from pathlib import Path

import pytest

from edgecv.ondevice import probes
from edgecv.ondevice.probes import read
from edgecv.ondevice.probes.jetson import Line
from edgecv.ondevice.probes.moment import look
from tests.ondevice.boards import imx8mp, laptop, nano, orin_nano, pi, virtual
from tests.ondevice.probes.conftest import Tree

BOARDS = (orin_nano.FILES, nano.FILES, pi.PI_5, pi.PI_4, imx8mp.FILES, laptop.FILES, virtual.FILES)
ALL = {path: text for files in BOARDS for path, text in files.items()}


def test_a_raspberry_pi_5_tells_who_it_is_and_how_it_fares(tree: Tree) -> None:
    found = read(tree(pi.PI_5), "aarch64")
    assert found.machine == {
        "model": "Raspberry Pi 5 Model B Rev 1.0",
        "arch": "aarch64",
        "cpu": "Cortex-A76",
        "emulated": False,
    }
    assert (found.governor, found.clocks_fixed) == ("ondemand", False)
    assert list(found.frequency_mhz) == list(found.limit_mhz) == [2400] * 4
    assert found.zones == {"cpu-thermal": 61.25}
    assert found.temperature_c == (61.25,)
    assert (found.undervoltage, found.slowed) == (False, ())
    assert found.cooling == (0,)  # the fan slows nothing down
    assert found.throttle_events is None
    assert found.load == (0.31, 0.20, 0.10)
    assert (found.waited_s, found.pressure_s, found.quota_throttled_s) == (0.02, 2.5, 0)
    assert found.unread == ("power",)


def test_a_hot_raspberry_pi_4_says_what_slows_it(tree: Tree) -> None:
    found = read(tree(pi.PI_4), "aarch64")
    assert found.slowed == ("soft limit of temperature",)
    assert found.events == {
        "under-voltage": 0,
        "clock capped by the firmware": 1,
        "throttled by the firmware": 1,
        "soft limit of temperature": 1,
    }
    assert found.undervoltage is True


def test_a_jetson_orin_nano_tells_its_mode_rails_and_guards(tree: Tree) -> None:
    found = read(tree(orin_nano.FILES), "aarch64")
    assert (found.cpu, found.jetson, found.power_mode) == ("Cortex-A78AE", True, "7W")
    assert found.zones == {"cpu-thermal": 48.562, "gpu-thermal": 47.125, "tj-thermal": 48.562}  # cv0 is off
    assert found.rails == ("VDD_IN", "VDD_CPU_GPU_CV")
    assert found.events == {"guard of voltage and current oc1": 0, "guard of voltage and current oc3": 37}
    assert found.cooling == (0, 4, 0)
    assert found.slowed == ()  # its GPU's clock may be limited by the power mode
    assert found.quota_throttled_s == 0  # a cgroup without one
    assert found.unread == ()


def test_an_older_jetson_nano_is_read_by_its_older_files(tree: Tree) -> None:
    found = read(tree(nano.FILES), "aarch64")
    assert (found.cpu, found.power_mode, found.rails) == ("Cortex-A57", "MAXN", ("POM_5V_IN", "POM_5V_GPU"))
    assert found.zones == {"AO-therm": 41.5, "CPU-therm": 34.0, "GPU-therm": 31.0}  # PMIC-Die is made up
    assert (found.slowed, found.quota_throttled_s) == ((), 0)
    assert found.unread == ()


def test_an_imx8m_plus_names_what_it_cannot_tell(tree: Tree) -> None:
    found = read(tree(imx8mp.FILES), "aarch64")
    assert (found.cpu, found.governor, found.zones) == ("Cortex-A53", "performance", {"cpu-thermal": 54})
    assert found.slowed == ()
    assert found.unread == ("power", "pressure", "quota")


def test_a_laptop_counts_throttling_of_cores_and_package(tree: Tree) -> None:
    found = read(tree(laptop.FILES), "x86_64")
    assert found.machine == {"model": "Mini Box 12", "arch": "x86_64", "cpu": "Intel(R) N100", "emulated": False}
    assert found.events == {"a core throttled": 24, "the package throttled": 7}
    assert found.throttle_events == 24
    assert found.zones == {"x86_pkg_temp": 45}
    assert found.rails == ("package-0", "package-0 core")
    assert found.quota_throttled_s == 1.75  # its own cgroup's and that of the one around it
    assert found.cooling == (0,)  # what powerclamp and the offset say is no slowing down
    assert found.unread == ()


def test_a_virtual_machine_has_steal_and_a_quota_and_no_sensor(tree: Tree) -> None:
    found = read(tree(virtual.FILES), "x86_64")
    ticks = os.sysconf("SC_CLK_TCK")
    assert (found.busy_s, found.stolen_s) == (1550 / ticks, 200 / ticks)
    assert found.quota_throttled_s == 0.6
    assert not any([found.frequency_mhz, found.limit_mhz, found.temperature_c, found.cooling, found.rails])
    assert [found.model, found.governor, found.slowed, found.clocks_fixed, found.power_mode] == [None] * 5
    assert found.unread == ("governor", "clocks", "temperature", "throttling", "power")


def test_an_empty_tree_reads_as_unknown_and_not_as_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, arch="aarch64")
    assert found.slowed is None
    assert found.unread == (
        *("governor", "clocks", "temperature", "throttling", "power"),
        *("steal", "waiting for a core", "pressure", "quota", "emulation"),
    )
    assert probes.peak_memory_mb(tmp_path) is None
    assert probes.process_age_s(tmp_path) is None


@pytest.mark.parametrize("garbage", ["", "0x ", "1 2 3 4 5 6 7 8 9", "0::/\0:", "9" * 400, "\ufffd" * 99])
def test_no_garbage_in_any_file_is_an_error(tree: Tree, garbage: str) -> None:
    # Of the names some must stay, or nothing below them would be read.
    files = {path: text if path.endswith(("name", "type")) else garbage for path, text in ALL.items()}
    found = read(tree(files), "aarch64")
    assert found.load in ((), (1, 2, 3)) or garbage.startswith("9")
    look(tree(files), 7, Line())


def test_a_directory_where_a_file_is_expected_is_an_unread_file(tmp_path: Path) -> None:
    for path in ALL:
        (tmp_path / path).mkdir(parents=True)
    assert read(tmp_path, "aarch64").unread == read(tmp_path / "empty", "aarch64").unread
