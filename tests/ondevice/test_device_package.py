"""What a board has to hold: numpy, Pillow and the runtime. How little else, tests/bundle/test_writing.py says."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from edgecv.ondevice.engines import ENGINES
from tests.conftest import Need
from tests.ondevice import models
from tests.ondevice.device_package import ALLOWED, RUNTIME, modules_of_a_prediction, write_zip


@pytest.mark.parametrize("target", RUNTIME)
def test_a_prediction_imports_numpy_pillow_and_one_runtime(target: str, tmp_path: Path, need: Need) -> None:
    need(target, ENGINES[target].missing())
    artifact = models.artifact(target, tmp_path / "artifact")
    Image.fromarray(models.pictures(1)[0]).save(tmp_path / "photo.png")
    zipped = write_zip(tmp_path / "edgecv.zip")
    found = modules_of_a_prediction(zipped, artifact.folder, tmp_path / "photo.png")
    assert found - RUNTIME[target] == ALLOWED
