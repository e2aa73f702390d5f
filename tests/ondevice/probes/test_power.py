from pathlib import Path

import pytest

from edgecv.ondevice.probes import power
from edgecv.ondevice.probes.power import Energy, energies, rails, watts
from tests.ondevice.boards import laptop, nano, orin_nano, virtual
from tests.ondevice.probes.conftest import Tree

RAPL = "sys/class/powercap/intel-rapl:0"


def test_a_rail_is_voltage_times_current_and_sums_of_shunts_are_no_rail(tree: Tree) -> None:
    assert rails(tree(orin_nano.FILES)) == {"VDD_IN": 6.0, "VDD_CPU_GPU_CV": 2.0}


@pytest.mark.parametrize("folder", ["iio:device0", "iio_device"])
def test_older_jetsons_name_their_rails_beside_milliwatts(tree: Tree, folder: str) -> None:
    files = {path.replace("iio:device0", folder): text for path, text in nano.FILES.items()}
    assert rails(tree(files)) == {"POM_5V_IN": 2.532, "POM_5V_GPU": 0.04}


def test_a_rail_without_a_current_is_left_out(tree: Tree) -> None:
    assert rails(tree({**orin_nano.FILES, "sys/class/hwmon/hwmon1/curr1_input": ""})) == {"VDD_CPU_GPU_CV": 2.0}


def test_energy_goes_by_package_and_its_parts(tree: Tree) -> None:
    assert energies(tree(laptop.FILES)) == {
        "package-0": Energy(262143.0, 262143.32885),
        "package-0 core": Energy(1.0, 262143.32885),
    }


def test_power_is_right_across_the_wrap_around(tree: Tree) -> None:
    before = energies(tree(laptop.FILES))
    after = energies(tree({f"{RAPL}/energy_uj": "29671150", f"{RAPL}:0/energy_uj": "6000000"}))
    assert watts(before, after, 2.0) == pytest.approx({"package-0": 15.0, "package-0 core": 2.5})


def test_a_zone_that_is_new_or_no_time_at_all_gives_no_power() -> None:
    one = {"package-0": Energy(1, 9)}
    assert watts({}, one, 1.0) == watts(one, one, 0.0) == {}


def test_energy_that_only_root_may_read_is_no_power(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = {"energy_uj"}
    monkeypatch.setattr(power, "number", lambda path: None if path.name in forbidden else 1)
    assert energies(tree(laptop.FILES)) == {}


def test_a_machine_without_such_sensors_has_no_rails(tree: Tree) -> None:
    root: Path = tree(virtual.FILES)
    assert (rails(root), energies(root)) == ({}, {})
