"""NXP i.MX 8M Plus EVK with Yocto's system: no power sensor, no throttle counter, and a kernel without pressure.

Zones cpu-thermal and soc-thermal, four Cortex-A53 up to 1.8 GHz: Linux, arch/arm64/boot/dts/freescale/imx8mp.dtsi. The
zone of a sensor that is powered down gives an error when it is read, which here is an empty text.
"""

from tests.ondevice.boards import V8, Files, cooling, cores, cpuinfo, memory, package, system, zones

FILES: Files = {
    **cpuinfo(*4 * [("0x41", "0xd03", V8)]),
    **memory(5846000),
    **system("NXP i.MX Release Distro 6.6-scarthgap (scarthgap)"),
    **package("tflite_runtime", "2.16.2", "python3.12"),
    "proc/device-tree/compatible": "fsl,imx8mp-evk\0fsl,imx8mp\0",
    **cores(4, 1800000, 1200000, 1800000, "performance"),
    **zones({"cpu-thermal": "54000", "soc-thermal": ""}),
    **cooling({"cpufreq-cpu0": 0}),
    "proc/device-tree/model": "NXP i.MX8MPlus EVK board\0",
    "proc/stat": "cpu  5 0 5 100 0 0 0 0 0 0\n",
    "proc/self/task/7/schedstat": "1 0 1\n",
}
