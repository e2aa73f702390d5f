import pytest

from edgecv.ondevice.probes.temperature import zones
from tests.ondevice import boards
from tests.ondevice.probes.conftest import Tree


def test_zones_of_one_type_are_kept_apart(tree: Tree) -> None:
    zone = f"{boards.THERMAL}/thermal_zone"
    root = tree(
        {f"{zone}{index}/{name}": text for index in (0, 1) for name, text in (("type", "pkg"), ("temp", "5000"))}
    )
    assert zones(root) == {"pkg": 5, "pkg thermal_zone1": 5}


@pytest.mark.parametrize("temp", ["", "-256000", "hot", "\0"])
def test_a_zone_that_is_off_or_unreadable_is_left_out(tree: Tree, temp: str) -> None:
    assert zones(tree(boards.zones({"cpu-thermal": temp, "soc-thermal": "40500"}))) == {"soc-thermal": 40.5}


def test_a_zone_without_a_type_goes_by_its_number(tree: Tree) -> None:
    assert zones(tree({f"{boards.THERMAL}/thermal_zone3/temp": "40000"})) == {"thermal_zone3": 40}


def test_an_amd_processor_that_has_no_zone_is_found_among_the_monitors(tree: Tree) -> None:
    hwmon = {"0/name": "nvme\n", "0/temp1_input": "30000\n", "1/name": "k10temp\n", "1/temp1_input": "51250\n"}
    assert zones(tree({f"sys/class/hwmon/hwmon{path}": text for path, text in hwmon.items()})) == {"k10temp": 51.25}
