import os
from pathlib import Path

import pytest

from edgecv.ondevice.probes import contention
from tests.ondevice.boards import laptop, nano, virtual
from tests.ondevice.probes.conftest import Tree

TICKS = os.sysconf("SC_CLK_TCK")


def test_waiting_goes_by_thread(tree: Tree) -> None:
    threads = {f"proc/7/task/{number}/schedstat": f"999 {number}000000000 7\n" for number in (1, 2)}
    assert contention.waited(tree(threads), 7) == {"1": 1, "2": 2}


def test_a_kernel_that_does_not_count_waiting_is_silent(tree: Tree) -> None:
    assert contention.waited(tree({"proc/7/task/7/schedstat": "\n"}), 7) == {}


def test_the_time_of_a_process_with_an_odd_name(tree: Tree) -> None:
    root = tree({"proc/7/stat": "7 (a ) 1 2 (b) R 1 1 1 0 -1 0 0 0 0 0 250 50 0 0 20 0 4 0 100 0 0\n"})
    assert contention.process_time(root, 7) == 300 / TICKS


@pytest.mark.parametrize("stat", ["", "7", "7 (x)", "7 (x) R 1 1 1 0 -1 0 0 0 0 0 many 5"])
def test_a_process_that_is_gone_or_garbled_has_no_time(tree: Tree, stat: str) -> None:
    assert contention.process_time(tree({"proc/7/stat": stat}), 7) is None


def test_quotas_of_all_cgroups_around_a_process_count(tree: Tree) -> None:
    assert contention.quota_throttled(tree(laptop.FILES)) == 1.75
    assert contention.quota_throttled(tree(virtual.FILES)) == 0.6  # a container: its own is the root it sees


def test_cgroups_of_version_1_count_nanoseconds(tree: Tree) -> None:
    stat = {"sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.stat": "nr_throttled 4\nthrottled_time 3000000000\n"}
    assert contention.quota_throttled(tree({**nano.FILES, **stat})) == 3


def test_a_container_of_version_1_finds_its_group_at_the_root(tree: Tree) -> None:
    root = tree(
        {
            "proc/self/cgroup": "4:cpu,cpuacct:/docker/0123\n0::/docker/0123\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.stat": "nr_throttled 4\nthrottled_time 2000000000\n",
        }
    )
    assert contention.quota_throttled(root) == 2


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"proc/self/cgroup": "0::/../../elsewhere\n", "sys/fs/cgroup/cgroup.controllers": "cpu"},
        {"proc/self/cgroup": "garbage\n\n:"},
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cgroup.controllers": "cpu"},
    ],
    ids=["no file", "above what is seen", "garbage", "no cpu.stat"],
)
def test_a_quota_that_cannot_be_read_is_unknown(tree: Tree, files) -> None:
    assert contention.quota_throttled(tree(files)) is None


@pytest.mark.parametrize("written", ["", "some avg10=0.00", "some total=x", "full total=3"])
def test_pressure_that_cannot_be_read_is_unknown(tree: Tree, written: str) -> None:
    assert contention.pressure(tree({"proc/pressure/cpu": written})) is None


@pytest.mark.parametrize("written", ["", "cpu 1 2 3", "cpu a b c d e f g h"])
def test_an_odd_table_of_processor_time_is_unknown(tree: Tree, written: str) -> None:
    assert contention.processor_times(tree({"proc/stat": written})) == (None, None)


def test_a_load_of_words_is_no_load(tree: Tree) -> None:
    assert contention.load(tree({"proc/loadavg": "very high today\n"})) == ()


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="no schedstat here")
def test_this_process_has_used_processor_time() -> None:
    assert (contention.process_time(Path("/")) or 0) > 0
    assert str(os.getpid()) in contention.waited(Path("/"))
