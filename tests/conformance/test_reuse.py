"""A second run makes nothing twice, and a changed option makes again only what it touches."""

from pathlib import Path
from typing import Any

import pytest

from edgecv.documents import load_device, load_recipe
from edgecv.hosts import Guard, local
from edgecv.pipeline.run import Finished, run
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop

from .conftest import MEASURED, RunOf

Started = list[tuple[str, str]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The child processes that are started: module and first argument."""
    seen: Started = []

    class Seen(local.Child):
        def __init__(self, module: str, arguments: Any, log: Path, guard: Guard | None = None) -> None:
            seen.append((module, str(arguments[0])))
            super().__init__(module, arguments, log, guard)

    monkeypatch.setattr(local, "Child", Seen)
    return seen


def again(finished: Finished, *settings: str, remeasure: bool = False) -> Finished:
    recipe = load_recipe(str(finished.folder.with_suffix(".yaml")), settings)
    workshop = Workshop(default_store(), finished.folder / "log")
    return run(recipe, [load_device("local").record], finished.folder, workshop, remeasure=remeasure)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "log"
    }


def test_a_second_run_starts_no_process_and_changes_no_file(run_of: RunOf, started: Started) -> None:
    finished = run_of(MEASURED)
    before = contents(finished.folder)
    started.clear()
    again(finished)
    assert started == []
    assert contents(finished.folder) == before


def test_a_changed_bench_option_measures_again_and_makes_nothing_else(run_of: RunOf, started: Started) -> None:
    finished = run_of(MEASURED)
    started.clear()
    changed = again(finished, "bench.threads=2")
    assert set(started) == {("edgecv.ondevice", "bench")}
    assert {each.environment.threads for each in changed.measurements if each.environment} == {2}


def test_a_changed_budget_scores_again_and_makes_nothing_else(run_of: RunOf, started: Started) -> None:
    finished = run_of(MEASURED)
    again(finished)
    started.clear()
    again(finished, "accuracy.max_drop=0.9")
    assert set(started) == {("edgecv.ondevice", "predict")}


def test_remeasure_takes_stored_latencies_again(run_of: RunOf, started: Started) -> None:
    finished = run_of(MEASURED)
    again(finished)
    started.clear()
    again(finished, remeasure=True)
    assert set(started) == {("edgecv.ondevice", "bench")}
    assert len(started) == len(finished.measurements)


def test_two_runs_into_one_folder_are_refused(run_of: RunOf) -> None:
    from edgecv.errors import InputError
    from edgecv.pipeline.run import alone_in

    finished = run_of(MEASURED)
    with alone_in(finished.folder), pytest.raises(InputError, match="another run is at work"):
        again(finished)
