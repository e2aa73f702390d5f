"""Exported networks with drafts of their builds, shared with the tests of the targets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgecv.records.recipe import Task
from edgecv.targets import TARGETS
from tests.conftest import Need
from tests.targets.networks import Workplace, workplace

WorkplaceOf = Callable[[Task], Workplace]


@pytest.fixture(scope="session")
def workplace_of(tmp_path_factory: pytest.TempPathFactory, need: Need) -> WorkplaceOf:
    for name, module in TARGETS.items():
        need(name, module.missing())
    base: Path = tmp_path_factory.getbasetemp()
    return lambda task: workplace(task, base)
