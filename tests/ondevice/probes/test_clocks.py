from edgecv.ondevice.probes import clocks
from tests.ondevice.boards import CPU, cores, nano, orin_nano, pi
from tests.ondevice.probes.conftest import Tree


def test_clocks_go_by_core_and_core_10_comes_after_core_9(tree: Tree) -> None:
    found = clocks.frequencies(tree({f"{CPU}/cpu{core}/cpufreq/scaling_cur_freq": f"{core}000" for core in range(12)}))
    assert list(found.items()) == [(f"cpu{core}", core) for core in range(12)]


def test_a_core_that_is_off_is_left_out(tree: Tree) -> None:
    root = tree({**cores(2, 100, 100, 100, "userspace"), f"{CPU}/cpu1/cpufreq/scaling_cur_freq": "<unknown>\n"})
    assert clocks.frequencies(root) == {"cpu0": 0.1}


def test_governors_of_several_clusters_are_all_named(tree: Tree) -> None:
    root = tree({f"{CPU}/cpu{core}/cpufreq/scaling_governor": name for core, name in enumerate(["a", "b", "a"])})
    assert clocks.governor(root) == "a, b"


def test_jetson_clocks_are_told_by_limits_that_meet(tree: Tree) -> None:
    assert clocks.fixed(tree(orin_nano.FILES)) is False
    assert clocks.fixed(tree(cores(6, 1510400, 1510400, 1510400, "schedutil"))) is True


def test_a_machine_without_cpufreq_has_no_clocks(tree: Tree) -> None:
    root = tree({"proc/cpuinfo": "cpu MHz\t: 2600.000\n"})  # a virtual machine's, which never changes
    assert (clocks.frequencies(root), clocks.governor(root), clocks.fixed(root)) == ({}, None, None)


def test_the_gpu_of_a_jetson_is_found_among_other_clocked_devices(tree: Tree) -> None:
    root = tree(orin_nano.FILES)
    assert (clocks.gpu_mhz(root), clocks.gpu_load(root)) == (624.75, 0.384)


def test_the_gpu_of_an_older_jetson_has_its_load_elsewhere(tree: Tree) -> None:
    root = tree(nano.FILES)
    assert (clocks.gpu_mhz(root), clocks.gpu_load(root)) == (921.6, 0.99)


def test_a_board_without_such_a_gpu_has_no_figures_for_it(tree: Tree) -> None:
    root = tree(pi.PI_5)
    assert (clocks.gpu_mhz(root), clocks.gpu_load(root)) == (None, None)
