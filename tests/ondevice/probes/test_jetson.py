import pytest

from edgecv.ondevice.probes.jetson import Line, parse, power_mode
from tests.ondevice.boards import nano, orin_nano, pi
from tests.ondevice.probes.conftest import Tree

CONF = "etc/nvpmodel.conf"
STATUS = "var/lib/nvpmodel/status"


@pytest.mark.parametrize(
    ("files", "mode"),
    [
        (orin_nano.FILES, "7W"),
        (nano.FILES, "MAXN"),  # never set: the default
        ({**orin_nano.FILES, STATUS: "pmode:0009\n"}, "9"),  # of a newer list
        ({STATUS: "pmode:0002\n"}, "2"),
        ({**orin_nano.FILES, STATUS: "pmode:0001 fmode:fan_mode_quiet"}, "7W"),
        ({**orin_nano.FILES, STATUS: "garbage"}, "15W"),
        ({CONF: "< POWER_MODEL ID=0 NAME=15W >\n"}, None),
        ({STATUS: ":", CONF: "< POWER_MODEL ID= NAME= >"}, None),
        (pi.PI_5, None),
    ],
)
def test_the_power_mode_is_known_without_being_root(tree: Tree, files, mode) -> None:
    assert power_mode(tree(files)) == mode


def test_a_line_of_tegrastats_of_jetpack_6() -> None:
    assert parse(orin_nano.TEGRASTATS) == Line(
        memory_load=0.13,
        gpu_load=0.61,
        gpu_mhz=624,
        temperature_c={"cpu": 48.5, "tj": 49.031},  # cv0 is off
        power_w={"VDD_IN": 5.336, "VDD_CPU_GPU_CV": 1.548, "VDD_SOC": 1.478},
    )


def test_a_line_of_tegrastats_of_jetpack_4() -> None:
    line = parse(nano.TEGRASTATS)
    assert (line.memory_load, line.gpu_load, line.gpu_mhz) == (0.08, 0.99, None)
    assert line.power_w == {"POM_5V_IN": 8.633, "POM_5V_GPU": 2.956, "POM_5V_CPU": 3.148}
    assert line.temperature_c["CPU"] == 48.5


@pytest.mark.parametrize("line", ["", "RAM", "EMC_FREQ %@ GR3D_FREQ x%", "VDD_IN /", "cpu@C", "\ufffd" * 9])
def test_garbage_says_nothing(line: str) -> None:
    assert parse(line) == Line()
