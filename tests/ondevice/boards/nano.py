"""Jetson Nano, JetPack 4.

INA3221 as an iio device with `rail_name_N` and `in_powerN_input` in milliwatts: energymon/energymon
(jetson/JetsonPowerRails.md) and rbonghi/jetson_stats (jtop/core/power.py). Zones, with a PMIC-Die that shows 50 or 100
degrees always, and lines of tegrastats: forums of NVIDIA's, rbonghi/jetson_stats (jtop/core/tegra_parse.py). Guards of
heat as cooling devices named *-balanced: NVIDIA's kernel, soctherm.
"""

from tests.ondevice.boards import V8, Files, cooling, cores, cpuinfo, memory, package, process, system, zones

INA = "sys/bus/i2c/devices/6-0040/iio:device0"

FILES: Files = {
    **cpuinfo(*4 * [("0x41", "0xd07", V8)]),
    **memory(4059264),
    **system("Ubuntu 18.04.6 LTS"),
    **package("tensorrt", "8.2.1.8", "python3.6"),
    "usr/src/tensorrt/bin/trtexec": "",
    "proc/device-tree/compatible": "nvidia,p3449-0000-b00\0nvidia,jetson-nano\0nvidia,tegra210\0",
    **cores(4, 921600, 102000, 1479000, "schedutil"),
    **zones({"AO-therm": "41500", "CPU-therm": "34000", "GPU-therm": "31000", "PMIC-Die": "100000"}),
    **cooling({"pwm-fan": 0, "gpu-balanced": 0, "cpu-balanced": 0}),
    **process("7:cpu,cpuacct:/user.slice\n1:name=systemd:/user.slice/session-2.scope\n"),
    "sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.stat": "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n",
    "proc/device-tree/model": "NVIDIA Jetson Nano Developer Kit\0",
    "etc/nvpmodel.conf": "< POWER_MODEL ID=0 NAME=MAXN >\n< POWER_MODEL ID=1 NAME=5W >\n< PM_CONFIG DEFAULT=0 >\n",
    f"{INA}/rail_name_0": "POM_5V_IN\n",
    f"{INA}/in_power0_input": "2532\n",
    f"{INA}/rail_name_1": "POM_5V_GPU\n",
    f"{INA}/in_power1_input": "40\n",
    "sys/devices/gpu.0/load": "990\n",
    "sys/class/devfreq/57000000.gpu/cur_freq": "921600000\n",
}

TEGRASTATS = (
    "RAM 2020/3964MB (lfb 19x4MB) SWAP 43/1982MB (cached 1MB) IRAM 0/252kB(lfb 252kB) "
    "CPU [100%@1479,100%@1479,off,off] EMC_FREQ 8% GR3D_FREQ 99% PLL@42C CPU@48.5C PMIC@100C thermal@48C "
    "POM_5V_IN 8633/8742 POM_5V_GPU 2956/3086 POM_5V_CPU 3148/3134\n"
)
