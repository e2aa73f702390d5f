"""The runner: artifacts and a device become measurements."""

from edgecv.bench.job import Job
from edgecv.bench.runner import measure, measure_all

__all__ = ["Job", "measure", "measure_all"]
