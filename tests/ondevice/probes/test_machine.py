import pytest

from edgecv.ondevice.probes import cpu_model
from edgecv.ondevice.probes.machine import board, emulated
from tests.ondevice.probes.conftest import Tree


@pytest.mark.parametrize(
    ("arch", "files", "expected"),
    [
        ("aarch64", {"proc/sys/kernel/arch": "x86_64"}, True),
        ("aarch64", {"proc/sys/kernel/arch": "aarch64"}, False),
        ("armv7l", {"proc/sys/kernel/arch": "aarch64", "proc/device-tree/model": "a board\0"}, False),
        ("aarch64", {"proc/cpuinfo": "vendor_id\t: GenuineIntel\n"}, True),
        ("aarch64", {"sys/devices/system/cpu/modalias": "cpu:type:x86,ven0000fam0006mod006A:feature:,0000\n"}, True),
        ("aarch64", {"proc/device-tree/model": "a board\0"}, False),
        ("aarch64", {"sys/devices/system/cpu/modalias": "cpu:type:aarch64:feature:,0000,0001\n"}, None),
        ("aarch64", {}, None),
        ("x86_64", {"proc/cpuinfo": "flags\t: fpu hypervisor\n", "proc/sys/kernel/arch": "x86_64"}, False),
        ("x86_64", {"proc/cpuinfo": "model name\t: QEMU TCG CPU version 2.5+\n"}, True),
    ],
    ids=[
        "kernel of another kind",
        "same kernel",
        "32-bit board",
        "old emulator",
        "new emulator on an old kernel",
        "old kernel",
        "old kernel without a device tree",
        "unknown",
        "VM",
        "TCG",
    ],
)
def test_an_emulated_processor_is_told_from_a_virtual_machine(tree: Tree, arch, files, expected) -> None:
    assert emulated(tree(files), arch) is expected


def test_a_board_without_a_device_tree_or_a_maker_is_named_by_its_chip(tree: Tree) -> None:
    root = tree({"sys/devices/soc0/machine": "NXP i.MX8MPlus EVK board\n", "proc/cpuinfo": "CPU part\t: 0xd03\n"})
    assert board(root) == "NXP i.MX8MPlus EVK board"
    assert cpu_model(root) == "Cortex-A53"
