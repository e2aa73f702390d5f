"""What a machine says about itself and its state: read, never guessed.

Every path is taken below `root`, so that the trees of boards can be laid out in a folder and read.
"""

from edgecv.ondevice.probes.circumstances import Circumstances, read
from edgecv.ondevice.probes.machine import architecture, cores, cpu_model
from edgecv.ondevice.probes.memory import peak_memory_mb, process_age_s, rss_mb
from edgecv.ondevice.probes.sampler import Sampler, period

__all__ = [
    "Circumstances",
    "read",
    "architecture",
    "cpu_model",
    "cores",
    "peak_memory_mb",
    "process_age_s",
    "rss_mb",
    "Sampler",
    "period",
]
