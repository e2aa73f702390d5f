"""The rates between two looks, and a sampler that survives its sensors and ends with its process."""

import os
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import pytest

from edgecv.ondevice.probes import Sampler, clocks, period
from edgecv.ondevice.probes import sampler as module
from edgecv.ondevice.probes.jetson import Line, parse
from edgecv.ondevice.probes.moment import Look, between, look, table
from edgecv.records.watched import NOTHING, Watched
from tests.ondevice.boards import CPU, laptop, orin_nano, virtual
from tests.ondevice.probes.conftest import Tree

PID = 7
TICKS = os.sysconf("SC_CLK_TCK")
OWN = {
    f"proc/{PID}/stat": "7 (x) R 1 1 1 0 -1 0 0 0 0 0 {own} 0 0 0 20 0 4 0 100 0 0\n",
    f"proc/{PID}/status": "VmRSS:\t2048 kB\n",
    f"proc/{PID}/cgroup": "0::/\n",
}


def at(moment: Look, seconds: float) -> Look:
    return Look(**{**vars(moment), "at_s": seconds})


def own(ticks: int) -> dict[str, str]:
    return {path: text.format(own=ticks) for path, text in OWN.items()}


def test_rates_belong_to_the_time_between_two_looks(tree: Tree) -> None:
    before = look(tree({**virtual.FILES, **own(100), f"proc/{PID}/task/7/schedstat": "0 1000000000 1"}), PID, Line())
    later = {
        "proc/stat": f"cpu {1000 + 5 * TICKS} 100 400 9000 50 10 40 {200 + 1 * TICKS} 0 0\n",
        "proc/pressure/cpu": "some avg10=0 avg60=0 avg300=0 total=3000000\n",
        "sys/fs/cgroup/cpu.stat": "throttled_usec 1600000\n",
        f"proc/{PID}/task/7/schedstat": "0 1500000000 1",
        f"proc/{PID}/task/8/schedstat": "0 500000000 1",  # a thread that is new
        **own(100 + 2 * TICKS),
    }
    moment = between(at(before, 10), at(look(tree(later), PID, Line()), 12))
    assert moment.others == pytest.approx(1.5)
    assert moment.stolen == pytest.approx(1 / 6)
    assert moment.waited == pytest.approx(0.5)
    assert moment.quota == pytest.approx(0.5)
    assert moment.pressure == pytest.approx(0.25)
    assert moment.rss_mb == 2


def test_a_thread_that_ended_takes_no_waiting_back(tree: Tree, tmp_path: Path) -> None:
    schedstat = f"proc/{PID}/task/8/schedstat"
    root = tree({**virtual.FILES, f"proc/{PID}/task/7/schedstat": "0 0 1", schedstat: "0 9000000000 1"})
    before = look(root, PID, Line())
    (tmp_path / schedstat).unlink()
    assert between(at(before, 0), at(look(root, PID, Line()), 1)).waited == 0


def test_power_of_energy_and_of_rails_stand_side_by_side(tree: Tree) -> None:
    before = look(tree(laptop.FILES), PID, Line())
    after = look(tree({"sys/class/powercap/intel-rapl:0:0/energy_uj": "21000000"}), PID, Line())
    assert between(at(before, 0), at(after, 2)).power_w == {"package-0": 0, "package-0 core": 10}
    jetson = look(tree(orin_nano.FILES), PID, Line())
    assert between(at(jetson, 0), at(jetson, 1)).power_w["VDD_IN"] == 6


def test_tegrastats_fills_in_what_the_kernel_does_not_tell(tree: Tree) -> None:
    said = parse(orin_nano.TEGRASTATS)
    bare = look(tree(virtual.FILES), PID, said)
    assert (bare.memory_load, bare.gpu_load, bare.power_w["VDD_IN"]) == (0.13, 0.61, 5.336)
    jetson = look(tree(orin_nano.FILES), PID, said)
    assert (jetson.memory_load, jetson.gpu_load, jetson.power_w["VDD_IN"]) == (0.13, 0.384, 6.0)


def test_columns_are_as_long_as_the_moments_and_silent_sensors_have_none(tree: Tree) -> None:
    first = look(tree(orin_nano.FILES), PID, Line())
    second = look(tree({f"{CPU}/cpu5/cpufreq/scaling_cur_freq": ""}), PID, Line())
    watched = table([between(at(first, 0), at(first, 1)), between(at(first, 1), at(second, 2))])
    assert list(watched.at_s) == [1, 2]
    assert watched.frequency_mhz["cpu5"] == (1510.4, None)
    assert watched.gpu_load == (0.384, 0.384)
    assert watched.throttled == ((), ())
    assert watched.rss_mb == watched.memory_load == ()
    for field in fields(Watched):
        column = getattr(watched, field.name)
        for one in column.values() if isinstance(column, dict) else [column]:
            assert len(one) in (0, 2)


def test_nothing_was_watched_before_the_first_moment() -> None:
    assert table([]) == NOTHING


def test_a_sampler_watches_this_process_and_rests_when_told() -> None:
    with Sampler(os.getpid(), period_s=0.02) as sampler:
        time.sleep(0.1)
        sampler.pause()
        paused_at = time.monotonic()
        time.sleep(0.1)
        resumed_at = time.monotonic()
        sampler.resume()
        time.sleep(0.05)
    watched = sampler.watched()
    assert len(watched.at_s) >= 2
    assert not [at_s for at_s in watched.at_s if paused_at < at_s < resumed_at]
    assert watched.at_s[-1] > resumed_at
    assert (watched.rss_mb[0] or 0) > 10


def test_a_run_shorter_than_the_period_still_has_a_moment() -> None:
    with Sampler(os.getpid(), period_s=60) as sampler:
        pass
    assert len(sampler.watched().at_s) == 1


def test_a_sensor_that_breaks_costs_its_column_and_nothing_else(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault nobody thought of")

    monkeypatch.setattr(clocks, "frequencies", broken)
    with Sampler(PID, root=tree(orin_nano.FILES), period_s=60) as sampler:
        pass
    watched = sampler.watched()
    assert watched.frequency_mhz == {}
    assert watched.temperature_c["cpu-thermal"] == (48.562,)


def test_a_sensor_that_hangs_does_not_hold_the_measurement(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_S", 0.05)
    monkeypatch.setattr(clocks, "frequencies", lambda *_: time.sleep(5))
    start = time.monotonic()
    with Sampler(PID, root=tree(orin_nano.FILES)) as sampler:
        pass
    assert time.monotonic() - start < 4
    assert sampler.watched() == NOTHING


def test_a_sampler_keeps_no_process_alive() -> None:
    child = "import os; from edgecv.ondevice.probes import Sampler; Sampler(os.getpid()).__enter__()"
    assert subprocess.run([sys.executable, "-c", child], timeout=20, check=True).returncode == 0


def test_a_short_measurement_is_looked_at_more_often() -> None:
    assert [period(seconds) for seconds in (0.5, 3, 60, 1200)] == [0.1, 0.3, 1.0, 1.0]
