"""How much memory a measurement may take, as several machines tell it."""

import os
from pathlib import Path

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.hosts.board.memory import SHARE, Guard, free_mb, guard


def machine(root: Path, available_kb: int, files: dict[str, str]) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable: {available_kb} kB\n")
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


GROUP = "sys/fs/cgroup"
CASES = {
    "none": ({}, 2048.0),
    "unlimited": ({f"{GROUP}/memory.max": "max\n", f"{GROUP}/memory.current": "1048576\n"}, 2048.0),
    "container": ({f"{GROUP}/memory.max": f"{512 << 20}\n", f"{GROUP}/memory.current": f"{112 << 20}\n"}, 400.0),
    "slice": (
        {
            "proc/self/cgroup": "0::/user.slice/a.scope\n",
            f"{GROUP}/user.slice/a.scope/memory.max": f"{256 << 20}\n",
            f"{GROUP}/user.slice/a.scope/memory.current": f"{56 << 20}\n",
        },
        200.0,
    ),
    "version 1": (
        {
            "proc/self/cgroup": "9:cpu:/\n4:memory:/box\n",
            f"{GROUP}/memory/box/memory.limit_in_bytes": f"{256 << 20}\n",
            f"{GROUP}/memory/box/memory.usage_in_bytes": f"{156 << 20}\n",
        },
        100.0,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_free_is_the_least_of_the_machine_and_its_groups(case: str, tmp_path: Path) -> None:
    files, expected = CASES[case]
    assert free_mb(machine(tmp_path, 2048 * 1024, files)) == expected


def test_a_machine_that_does_not_tell_sets_no_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _rss(monkeypatch, {7: 1e9})
    unlimited = guard(None, free_mb(tmp_path))
    assert unlimited.each_mb is None
    unlimited.watch(7)


def test_left_alone_the_limit_is_most_of_what_is_free(tmp_path: Path) -> None:
    free = free_mb(machine(tmp_path, 1000 * 1024, {}))
    assert guard(None, free).each_mb == SHARE * 1000
    assert guard(123.0, free).each_mb == 123.0


def test_one_that_takes_more_than_it_may_is_told_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    _rss(monkeypatch, {7: 90.0})
    guard(100.0, None).watch(7)
    _rss(monkeypatch, {7: 110.0})
    with pytest.raises(InputError, match="it took 110 MB of memory, and 100 MB are allowed"):
        guard(100.0, None).watch(7)


def test_several_that_fit_alone_but_not_together_are_told_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _rss(monkeypatch, {7: 500.0, 8: 400.0})
    both = Guard(SHARE * 1000, SHARE * 1000)
    both.watch(7)
    with pytest.raises(
        InputError, match=r"2 artifacts in turns took 900 MB of memory, .* --no-interleave measures one"
    ):
        both.watch(8)


def test_a_mapping_that_is_not_used_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgecv.hosts.board.memory._first_to_go", lambda _: None)
    some = guard(4000.0, None)
    mapped = np.empty(8 << 30, np.uint8)  # eight gigabytes of addresses
    some.watch(os.getpid())
    assert mapped.nbytes == 8 << 30


def _rss(monkeypatch: pytest.MonkeyPatch, taken: dict[int, float]) -> None:
    monkeypatch.setattr("edgecv.hosts.board.memory.rss_mb", lambda pid: taken.get(pid, 0.0))
    monkeypatch.setattr("edgecv.hosts.board.memory._first_to_go", lambda _: None)
