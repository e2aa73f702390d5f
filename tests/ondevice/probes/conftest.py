from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.ondevice.boards import lay_out

Tree = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Lays files out below a root of their own."""
    return lambda files: lay_out(tmp_path, files)
