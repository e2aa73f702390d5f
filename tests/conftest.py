"""What every test can ask for.

`--require NAME` turns the skip of a test that needs NAME (a target, tflite-runtime, emulated) into a failure: where
everything should be installed, a missing runtime must not pass in silence.
"""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from edgecv.targets import TARGETS

ROOT = Path(__file__).parent.parent
NEEDS = (
    *TARGETS,
    "tensorrt-rtx",
    "tflite-runtime",
    "opencv",
    "sshd",
    "emulated",
)  # what a test can need and may be missing
NO_OPENCV = None if find_spec("cv2") else "compares with OpenCV: pip install opencv-python-headless"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require", action="append", default=[], metavar="NAME", help="fail, do not skip, without NAME")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a name that no test asks for: it would require nothing."""
    for name in config.getoption("--require"):
        if name not in NEEDS:
            raise pytest.UsageError(f"--require: expected one of {', '.join(NEEDS)}, got '{name}'")


class Need:
    """Skips a test with the sentence that a user would see, or fails it where NAME is required."""

    def __init__(self, required: list[str]) -> None:
        self.required = required

    def __call__(self, name: str, missing: str | None) -> None:
        if missing is None:
            return
        if name in self.required:
            pytest.fail(f"'{name}' is required here, but: {missing}")
        pytest.skip(missing)


@pytest.fixture(scope="session")
def need(request: pytest.FixtureRequest) -> Need:
    return Need(request.config.getoption("--require"))


@pytest.fixture(autouse=True, scope="session")
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tests never touch the user's store of finished work; parallel workers share one of the tests' own."""
    base = tmp_path_factory.getbasetemp()
    store = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "store"
    before = os.environ.get("EDGECV_CACHE")
    os.environ["EDGECV_CACHE"] = str(store)
    yield store
    if before is None:
        del os.environ["EDGECV_CACHE"]
    else:
        os.environ["EDGECV_CACHE"] = before
