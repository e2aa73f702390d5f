"""Raspberry Pi 5 and 4 with the system of its makers.

`get_throttled` of the firmware's device, hexadecimal without a prefix: drivers/firmware/raspberrypi.c of
raspberrypi/linux; its bits: the documentation of vcgencmd. It lies below the bus, which is `soc` on a Pi 4 and
`soc@107c000000` on a Pi 5 (device trees bcm2711 and bcm2712). The alarm of rpi_volt: drivers/hwmon/raspberrypi-hwmon.c.
A Pi 5's fan is a cooling device, and so is the processor's clock.
"""

from tests.ondevice.boards import V8, V8_2, Files, cooling, cores, cpuinfo, memory, package, process, system, zones

CPU_5 = cpuinfo(*4 * [("0x41", "0xd0b", V8_2)])
CPU_5["proc/cpuinfo"] += "\nRevision\t: d04170\nModel\t\t: Raspberry Pi 5 Model B Rev 1.0\n"

COMMON: Files = {
    **system("Debian GNU/Linux 12 (bookworm)"),
    **process("0::/user.slice\n"),
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
    "sys/fs/cgroup/user.slice/cpu.stat": "usage_usec 900\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
    "sys/fs/cgroup/cpu.stat": "usage_usec 1000\n",
    "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
    "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
    "proc/sys/kernel/arch": "aarch64\n",
}

PI_5: Files = {
    **COMMON,
    **CPU_5,
    **memory(8255232),
    **package("ai_edge_litert", "2.3.0", "python3.11"),
    **package("onnxruntime", "1.31.1", "python3.11"),
    "proc/device-tree/compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0",
    **cores(4, 2400000, 1500000, 2400000, "ondemand"),
    **zones({"cpu-thermal": "61250"}),
    **cooling({"pwm-fan": 3, "thermal-cpufreq-0": 0}),
    "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled": "0\n",
    "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
}

PI_4: Files = {
    **COMMON,
    **cpuinfo(*4 * [("0x41", "0xd08", V8)]),
    **memory(3884300),
    **package("tflite_runtime", "2.14.0", "python3.11"),
    "proc/device-tree/compatible": "raspberrypi,4-model-b\0brcm,bcm2711\0",
    **cores(4, 600000, 600000, 1800000, "ondemand"),
    **zones({"cpu-thermal": "82767"}),
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "e0008\n",
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\0",
}
