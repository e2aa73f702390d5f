"""What slows a processor: each sign seen rising, and none taken for another."""

import pytest

from edgecv.ondevice.probes import throttling
from edgecv.ondevice.probes.throttling import Signs, signs, slowed
from tests.ondevice.boards import imx8mp, laptop, nano, orin_nano, pi, virtual
from tests.ondevice.probes.conftest import Tree

FIRMWARE = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
COUNTS = "sys/devices/system/cpu/cpu11/thermal_throttle"
NOTHING = Signs(None, {}, {})


@pytest.mark.parametrize(
    ("board", "changed", "reason"),
    [
        (pi.PI_5, {FIRMWARE: "50005\n"}, "under-voltage"),
        (pi.PI_5, {FIRMWARE: "20002\n"}, "clock capped by the firmware"),
        (pi.PI_5, {FIRMWARE: "80008\n"}, "soft limit of temperature"),
        (pi.PI_5, {FIRMWARE: "40000\n"}, "throttled by the firmware"),  # over by now, and not so before
        (pi.PI_5, {"sys/class/thermal/cooling_device1/cur_state": "2"}, "cooling by thermal-cpufreq-0 (1)"),
        (orin_nano.FILES, {"sys/class/hwmon/hwmon3/oc3_event_cnt": "38"}, "guard of voltage and current oc3"),
        (orin_nano.FILES, {"sys/class/thermal/cooling_device3/cur_state": "1"}, "cooling by cpu-throttle-alert (3)"),
        (orin_nano.FILES, {"sys/class/thermal/cooling_device2/cur_state": "9"}, "cooling by devfreq-17000000.gpu (2)"),
        (nano.FILES, {"sys/class/thermal/cooling_device2/cur_state": "1"}, "cooling by cpu-balanced (2)"),
        (imx8mp.FILES, {"sys/class/thermal/cooling_device0/cur_state": "1"}, "cooling by cpufreq-cpu0 (0)"),
        (laptop.FILES, {f"{COUNTS}/core_throttle_count": "3"}, "a core throttled"),
        (laptop.FILES, {f"{COUNTS}/package_throttle_count": "8"}, "the package throttled"),
        (laptop.FILES, {"sys/class/thermal/cooling_device0/cur_state": "1"}, "cooling by Processor (0)"),
    ],
)
def test_a_sign_that_appears_is_told_in_words(tree: Tree, board, changed, reason) -> None:
    before = signs(tree(board))
    assert slowed(before, before) == ()
    after = signs(tree(changed))
    assert reason in (slowed(after, before) or ())


@pytest.mark.parametrize(
    ("board", "changed"),
    [
        (pi.PI_5, {"sys/class/thermal/cooling_device0/cur_state": "4"}),  # the fan
        (orin_nano.FILES, {"sys/class/thermal/cooling_device0/cur_state": "4"}),
        (orin_nano.FILES, {"sys/class/thermal/cooling_device2/cur_state": "3"}),  # the GPU may run faster
        (laptop.FILES, {"sys/class/thermal/cooling_device1/cur_state": "9"}),
        (laptop.FILES, {"sys/class/thermal/cooling_device2/cur_state": "0"}),
    ],
)
def test_what_slows_nothing_is_no_sign(tree: Tree, board, changed) -> None:
    before = signs(tree(board))
    assert slowed(signs(tree(changed)), before) == ()


def test_what_held_before_and_no_longer_does_is_over(tree: Tree) -> None:
    before = signs(tree({**pi.PI_5, FIRMWARE: "50005\n"}))
    assert slowed(signs(tree({FIRMWARE: "50000\n"})), before) == ()


def test_a_processor_that_is_slowed_from_the_start_is_slowed(tree: Tree) -> None:
    found = signs(tree({**imx8mp.FILES, "sys/class/thermal/cooling_device0/cur_state": "3"}))
    assert slowed(found, found) == ("cooling by cpufreq-cpu0 (0)",)


def test_a_machine_that_tells_nothing_is_unknown_and_not_fine(tree: Tree) -> None:
    found = signs(tree(virtual.FILES))
    assert found == NOTHING
    assert slowed(found, found) is None


def test_the_voltage_alone_says_nothing_of_heat_but_its_alarm_counts(tree: Tree) -> None:
    hwmon = {"sys/class/hwmon/hwmon2/name": "rpi_volt\n", "sys/class/hwmon/hwmon2/in0_lcrit_alarm": "0\n"}
    found = signs(tree(hwmon))
    assert slowed(found, found) is None
    alarm = signs(tree({"sys/class/hwmon/hwmon2/in0_lcrit_alarm": "1\n"}))
    assert slowed(alarm, found) == ("under-voltage",)
    assert throttling.undervoltage(tree({"sys/class/hwmon/hwmon2/in0_lcrit_alarm": "?\n"})) is None


@pytest.mark.parametrize("written", ["", "throttled", "0xzz", "-", "1e"])
def test_a_firmware_that_says_no_number_says_nothing(tree: Tree, written: str) -> None:
    assert (signs(tree({FIRMWARE: written})).now is None) == (written != "1e")  # 1e is a number in hexadecimal
