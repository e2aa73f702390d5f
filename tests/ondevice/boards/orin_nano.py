"""Jetson Orin Nano, JetPack 6.

INA3221 under hwmon, rails and the GPU's load: rbonghi/jetson_stats (jtop/core/power.py, gpu.py) and Linux'
Documentation/hwmon/ina3221.rst. Guards: soctherm_oc of NVIDIA's kernel, oc1 low voltage, oc2 and oc3 current (Jetson
Linux Developer Guide, Platform Power and Performance). Names of cooling devices and zones: the same guide. Power mode:
/var/lib/nvpmodel/status holds `pmode:` and four digits, /etc/nvpmodel.conf names the modes.
"""

from tests.ondevice.boards import V8_2, Files, cooling, cores, cpuinfo, memory, package, process, system, zones

HWMON = "sys/class/hwmon"

FILES: Files = {
    **cpuinfo(*6 * [("0x41", "0xd42", V8_2)]),
    **memory(7802880),
    **system("Ubuntu 22.04.4 LTS"),
    **package("tensorrt", "10.3.0", "python3.10"),
    "usr/src/tensorrt/bin/trtexec": "",
    "proc/device-tree/compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,p3767-0005\0nvidia,tegra234\0",
    **cores(6, 1510400, 729600, 1510400, "schedutil"),
    **zones({"cpu-thermal": "48562", "gpu-thermal": "47125", "cv0-thermal": "-256000", "tj-thermal": "48562"}),
    **cooling({"pwm-fan": 2, "cpufreq-cpu0": 0, "devfreq-17000000.gpu": 4, "cpu-throttle-alert": 0}),
    **process("0::/user.slice/user-1000.slice/session-3.scope\n"),
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory\n",
    "sys/fs/cgroup/cpu.stat": "usage_usec 1000\nuser_usec 700\nsystem_usec 300\n",
    "proc/device-tree/model": "NVIDIA Jetson Orin Nano Developer Kit\0",
    "etc/nvpmodel.conf": "< PM_CONFIG DEFAULT=0 >\n< POWER_MODEL ID=0 NAME=15W >\n< POWER_MODEL ID=1 NAME=7W >\n",
    "var/lib/nvpmodel/status": "pmode:0001",
    f"{HWMON}/hwmon1/name": "ina3221\n",
    f"{HWMON}/hwmon1/in1_label": "VDD_IN\n",
    f"{HWMON}/hwmon1/in1_input": "5000\n",
    f"{HWMON}/hwmon1/curr1_input": "1200\n",
    f"{HWMON}/hwmon1/in2_label": "VDD_CPU_GPU_CV\n",
    f"{HWMON}/hwmon1/in2_input": "5000\n",
    f"{HWMON}/hwmon1/curr2_input": "400\n",
    f"{HWMON}/hwmon1/in3_label": "NC\n",
    f"{HWMON}/hwmon1/in3_input": "5000\n",
    f"{HWMON}/hwmon1/curr3_input": "0\n",
    f"{HWMON}/hwmon1/in7_label": "sum of shunt voltages\n",
    f"{HWMON}/hwmon1/in7_input": "8000\n",
    f"{HWMON}/hwmon3/name": "soctherm_oc\n",
    f"{HWMON}/hwmon3/oc1_event_cnt": "0\n",
    f"{HWMON}/hwmon3/oc3_event_cnt": "37\n",
    "sys/class/devfreq/15340000.vic/cur_freq": "115200000\n",
    "sys/class/devfreq/17000000.gpu/cur_freq": "624750000\n",
    "sys/class/devfreq/17000000.gpu/device/load": "384\n",
}

TEGRASTATS = (
    "01-02-2026 10:00:00 RAM 2448/7620MB (lfb 12x4MB) SWAP 0/3810MB (cached 0MB) "
    "CPU [12%@1510,off,3%@729,0%@729,0%@729,1%@729] EMC_FREQ 13%@2133 GR3D_FREQ 61%@[624] "
    "cpu@48.5C cv0@-256C tj@49.031C VDD_IN 5336mW/4970mW VDD_CPU_GPU_CV 1548mW/1200mW VDD_SOC 1478mW/1318mW\n"
)
