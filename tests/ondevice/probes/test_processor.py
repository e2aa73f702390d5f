import pytest

from edgecv.ondevice.probes.hardware import cores as count
from edgecv.ondevice.probes.hardware import features
from edgecv.ondevice.probes.processor import kinds
from tests.ondevice.boards import V8, V8_2, cpuinfo, imx8mp, laptop, nano, pi, rock_5b
from tests.ondevice.probes.conftest import Tree

TX2 = cpuinfo(("0x41", "0xd07", V8), *2 * [("0x4e", "0x003", V8)], *3 * [("0x41", "0xd07", V8)])
ARMV7 = {"proc/cpuinfo": "processor\t: 0\nmodel name\t: ARMv7 Processor\nFeatures\t: half neon\nCPU part\t: 0xd03\n"}


@pytest.mark.parametrize(
    ("files", "names", "cores"),
    [
        (rock_5b.FILES, ("Cortex-A55", "Cortex-A76"), 8),
        (TX2, ("Cortex-A57", "Denver 2"), 6),
        (cpuinfo(*8 * [("0x4e", "0x004", V8)]), ("Carmel",), 8),
        (cpuinfo(*14 * [("0x41", "0xd83", V8_2)]), ("Neoverse-V3AE",), 14),
        (pi.PI_5, ("Cortex-A76",), 4),
        (laptop.FILES, ("Intel(R) N100",), 12),
        (ARMV7, ("Cortex-A53",), 1),
        (cpuinfo(("0x41", "0xfff", V8)), ("0xfff",), 1),
        ({}, (), None),
        ({"proc/cpuinfo": "garbage\n:\n::\n", "sys/devices/system/cpu/present": "x-y"}, (), None),
    ],
)
def test_each_kind_of_core_is_named_once(tree: Tree, files, names, cores) -> None:
    root = tree(files)
    assert (kinds(root), count(root)) == (names, cores)


def test_cores_that_a_power_mode_switched_off_are_counted(tree: Tree) -> None:
    two = cpuinfo(*2 * [("0x41", "0xd07", V8)])["proc/cpuinfo"]
    assert count(tree({**nano.FILES, "proc/cpuinfo": two})) == 4


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (imx8mp.FILES, ("asimd",)),
        (rock_5b.FILES, ("asimd", "asimdhp", "asimddp")),
        (laptop.FILES, ("avx2", "avx_vnni")),
        (ARMV7, ("neon",)),
        (cpuinfo(("0x41", "0xd0b", V8_2), ("0x41", "0xd03", V8)), ("asimd",)),  # what only some cores have is no use
        ({"proc/cpuinfo": "processor\t: 0\n"}, ()),
        ({}, ()),
    ],
)
def test_features_are_those_of_all_cores_that_runtimes_care_about(tree: Tree, files, found) -> None:
    assert features(tree(files)) == found
