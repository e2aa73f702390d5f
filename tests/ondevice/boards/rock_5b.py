"""Radxa ROCK 5B: the Cortex-A55 are numbered before the Cortex-A76, as `lscpu` of such boards shows them."""

from tests.ondevice.boards import V8_2, Files, cores, cpuinfo, memory, package, system, zones

FILES: Files = {
    **cpuinfo(*4 * [("0x41", "0xd05", V8_2)], *4 * [("0x41", "0xd0b", V8_2)]),
    **cores(8, 1800000, 408000, 2256000, "ondemand"),
    **zones({"soc-thermal": "44384", "bigcore0-thermal": "44384"}),
    **memory(8028672),
    **system("Debian GNU/Linux 12 (bookworm)"),
    **package("onnxruntime", "1.31.1", "python3.11"),
    "proc/device-tree/model": "Radxa ROCK 5B\0",
    "proc/device-tree/compatible": "radxa,rock-5b\0rockchip,rk3588\0",
    "proc/sys/kernel/arch": "aarch64\n",
}
