"""How much memory is left: the machine's word, and that of every control group."""

from pathlib import Path

import pytest

from edgecv.training.memory import UNKNOWN, available_bytes

GIB = 1 << 30


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: {16 * GIB // 1024} kB\nMemFree: 1000 kB\nMemAvailable: {8 * GIB // 1024} kB\n")
    return meminfo


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_without_groups_it_is_what_the_machine_has(machine: Path, tmp_path: Path) -> None:
    assert available_bytes(machine, tmp_path / "none", tmp_path / "none") == 8 * GIB


def test_the_tightest_group_around_the_process_decides(machine: Path, tmp_path: Path) -> None:
    root, mine = tmp_path / "groups", tmp_path / "mine"
    mine.write_text("0::/job/step\n")
    group(root / "job/step", memory__max="max\n", memory__current=f"{2 * GIB}\n")
    group(
        root / "job", memory__max=f"{4 * GIB}\n", memory__current=f"{3 * GIB}\n", memory__stat=f"inactive_file {GIB}\n"
    )
    assert available_bytes(machine, root, mine) == 2 * GIB


def test_a_group_of_version_1_counts_too(machine: Path, tmp_path: Path) -> None:
    root, mine = tmp_path / "groups", tmp_path / "mine"
    mine.write_text("4:cpu,cpuacct:/x\n3:memory:/x\n")
    group(root / "memory/x", memory__limit_in_bytes=f"{3 * GIB}", memory__usage_in_bytes=f"{GIB}")
    assert available_bytes(machine, root, mine) == 2 * GIB


def test_a_group_that_is_over_its_limit_leaves_nothing(machine: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("0::/\n")
    group(tmp_path / "groups", memory__max="1000", memory__current="2000")
    assert available_bytes(machine, tmp_path / "groups", tmp_path / "mine") == 0


def test_a_system_that_says_nothing_is_given_a_modest_guess(tmp_path: Path) -> None:
    assert available_bytes(tmp_path / "none", tmp_path / "none", tmp_path / "none") == UNKNOWN
    assert available_bytes() > 0
