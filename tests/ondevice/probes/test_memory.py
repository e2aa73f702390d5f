import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgecv.ondevice.probes import peak_memory_mb, process_age_s, rss_mb
from tests.ondevice.probes.conftest import Tree


@pytest.mark.parametrize("written", ["", "VmHWM:", "VmHWM:\tmuch kB\nVmRSS:\t-", "Name:\tpython"])
def test_memory_that_cannot_be_read_is_unknown(tree: Tree, written: str) -> None:
    root = tree({"proc/self/status": written})
    assert (peak_memory_mb(root), rss_mb(root)) == (None, None)


def test_the_memory_of_another_process(tree: Tree) -> None:
    root = tree({"proc/7/status": "VmPeak:\t 9000 kB\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n"})
    assert (peak_memory_mb(root, 7), rss_mb(root, 7)) == (4, 2)


@pytest.mark.parametrize(("stat", "uptime"), [("", "9"), ("7 (x) R 1", "9"), ("7 (x) " + "1 " * 30, "soon")])
def test_an_age_that_cannot_be_read_is_unknown(tree: Tree, stat: str, uptime: str) -> None:
    assert process_age_s(tree({"proc/self/stat": stat, "proc/uptime": uptime})) is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_this_process_has_an_age_and_memory() -> None:
    child = "import time; time.sleep(0.2); from edgecv.ondevice import probes; print(probes.process_age_s())"
    start = time.monotonic()
    age_s = float(subprocess.check_output([sys.executable, "-c", child], text=True))
    assert 0.2 <= age_s <= time.monotonic() - start + 0.05
    assert (peak_memory_mb() or 0) >= (rss_mb() or 0) > 10
