"""Boards and bundles. All these tests are run by `make test-emulated`, and by no other goal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Need
from tests.emulated.archive import NotHere, mirror
from tests.emulated.boards import Board
from tests.emulated.bundles import Bundles

BoardOf = Callable[[str], Board]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.emulated)


def missing() -> str | None:
    if Board("litert").site.is_dir():
        return None
    try:
        mirror()
    except NotHere as why:
        return f"no emulated boards on this machine: {why}"
    return "the emulated boards are not set up: make emulated"


@pytest.fixture(scope="session")
def board_of(need: Need) -> BoardOf:
    need("emulated", missing())
    return Board


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Bundles:
    base: Path = tmp_path_factory.getbasetemp()
    return Bundles((base.parent if hasattr(request.config, "workerinput") else base) / "bundles")
