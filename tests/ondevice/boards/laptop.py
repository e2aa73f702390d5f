"""A laptop with an Intel processor whose RAPL may be read.

Zones of power, their energy in microjoules and its range: Linux, Documentation/power/powercap/powercap.rst. Counters of
throttling, each core's own and its package's: arch/x86/kernel/cpu/mce/therm_throt.c.
"""

from tests.ondevice.boards import CPU, Files, cooling, cores, memory, package, process, system, zones

RAPL = "sys/class/powercap"

FILES: Files = {
    **memory(16162812),
    **system("Ubuntu 24.04.3 LTS"),
    **package("openvino", "2026.4.1", "python3.12"),
    f"{CPU}/present": "0-11\n",
    **cores(12, 3000000, 400000, 3400000, "powersave"),
    **zones({"x86_pkg_temp": "45000", "acpitz": "nonsense"}),
    **cooling({"Processor": 0, "TCC Offset": 3, "intel_powerclamp": -1}),
    **process("0::/user.slice/app.scope\n"),
    **{
        f"{CPU}/cpu{core}/thermal_throttle/{which}_throttle_count": f"{count}\n"
        for core in range(12)
        for which, count in {"core": 2, "package": 7}.items()
    },
    "sys/fs/cgroup/cgroup.controllers": "cpu\n",
    "sys/fs/cgroup/user.slice/app.scope/cpu.stat": "nr_periods 9\nnr_throttled 3\nthrottled_usec 1500000\n",
    "sys/fs/cgroup/user.slice/cpu.stat": "nr_periods 9\nnr_throttled 1\nthrottled_usec 250000\n",
    "sys/class/dmi/id/sys_vendor": "Mini\n",
    "sys/class/dmi/id/product_name": "Box 12\n",
    "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) N100\nflags\t: avx2 avx_vnni\n",
    "proc/sys/kernel/arch": "x86_64\n",
    f"{RAPL}/intel-rapl/enabled": "1\n",
    f"{RAPL}/intel-rapl:0/name": "package-0\n",
    f"{RAPL}/intel-rapl:0/energy_uj": "262143000000\n",
    f"{RAPL}/intel-rapl:0/max_energy_range_uj": "262143328850\n",
    f"{RAPL}/intel-rapl:0:0/name": "core\n",
    f"{RAPL}/intel-rapl:0:0/energy_uj": "1000000\n",
    f"{RAPL}/intel-rapl:0:0/max_energy_range_uj": "262143328850\n",
}
