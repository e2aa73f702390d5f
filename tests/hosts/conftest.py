"""A board on loopback for the tests of this folder, and the `ssh` that leads to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import Artifact
from tests.conftest import Need
from tests.hosts import loopback
from tests.hosts.loopback import LoopbackBoard
from tests.ondevice import models


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Iterator[LoopbackBoard]:
    need("sshd", loopback.missing())
    yield from loopback.running(loopback.make_board(tmp_path_factory.mktemp("board") / "board"))


@pytest.fixture
def board(standing: LoopbackBoard, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackBoard]:
    """The board, as it was before, for a test that leaves nothing there but what it sent."""
    monkeypatch.setenv("PATH", f"{standing.folder / 'client'}{os.pathsep}{os.environ['PATH']}")
    yield standing
    standing.on_login("")
    standing.wait_until_clean()


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Artifact:
    need("onnx", ENGINES["onnx"].missing())
    return models.artifact("onnx", tmp_path_factory.mktemp("sent") / "tiny's $(artifact)")


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos whose names a shell would read something into."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("photos") / "my $HOME photos"
    folder.mkdir()
    for number, pixels in enumerate(models.pictures(4)):
        Image.fromarray(pixels).save(folder / f'it\'s; `{number}` "$(x)" é.png')
    return folder
