"""A small virtual machine: no sensor at all, steal instead, and a quota seen from inside a container.

Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.stat), Documentation/accounting/psi.rst.
"""

from tests.ondevice.boards import PROC_STAT, Files, process

FILES: Files = {
    **process("0::/\n"),
    "proc/stat": PROC_STAT.format(steal=200),
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\nflags\t: fpu hypervisor\n",
    "proc/sys/kernel/arch": "x86_64\n",
    "sys/fs/cgroup/cgroup.controllers": "cpu\n",
    "sys/fs/cgroup/cpu.stat": "usage_usec 5\nnr_periods 30\nnr_throttled 12\nthrottled_usec 600000\n",
}
