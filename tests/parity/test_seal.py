"""What a seal adds to a draft, and that equal builds are known by equal digests."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from edgecv.hosts import local
from edgecv.ondevice.images import read_strip
from edgecv.parity import check, seal
from edgecv.records.artifact import Artifact, artifact_digest, open_sealed
from edgecv.records.files import digest_of_file
from tests.parity.conftest import WorkplaceOf
from tests.targets.networks import CALIBRATION, PREPROCESS, Workplace, images

ORIGIN = {"recipe": "sha256:recipe", "data": "sha256:data"}


def sealed(place: Workplace, target: str, precision: str, folder: Path) -> Artifact:
    """A sealed copy of a draft."""
    shutil.copytree(place.draft(target, precision), folder)
    return seal(folder, place.exported, check(folder, place.exported, log=folder.parent / "log"), ORIGIN)


@pytest.fixture(scope="module")
def place(workplace_of: WorkplaceOf) -> Workplace:
    return workplace_of("detection")


@pytest.fixture(scope="module")
def artifact(place: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return sealed(place, "tflite", "int8", tmp_path_factory.mktemp("sealed") / "artifact")


def test_the_manifest_vouches_for_every_file_and_for_itself(artifact: Artifact) -> None:
    manifest = open_sealed(artifact.folder).manifest
    assert manifest == artifact.manifest
    on_disk = {
        str(path.relative_to(artifact.folder)): digest_of_file(path)
        for path in artifact.folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert on_disk == dict(manifest.files)
    assert manifest.digests["artifact"] == artifact_digest(manifest)
    assert set(manifest.digests) == {"artifact", "network", "calibration", "recipe", "data"}
    assert manifest.parity["passed"] is True
    assert set(manifest.level_use) == {"box", "cls"}
    assert manifest.verified_on[0].startswith("ai-edge-litert ")
    assert (manifest.golden["runtime"], manifest.golden["kernels"]) == (manifest.verified_on[0], "xnnpack")


def test_the_benchmark_images_are_calibration_images(artifact: Artifact) -> None:
    strip = read_strip(artifact.folder / artifact.manifest.samples, PREPROCESS.size, 3)
    assert np.array_equal(strip, images(CALIBRATION, seed=1)[:32])


def test_the_golden_images_are_none_that_calibrated(artifact: Artifact) -> None:
    golden = artifact.manifest.golden
    shown = np.load(artifact.folder / golden["input"])
    assert np.array_equal(shown, images(32, seed=2)[: len(shown)])
    for name, file in golden["outputs"].items():
        outputs = np.load(artifact.folder / file)
        assert outputs.dtype == np.float32
        assert len(outputs) == len(shown)
        assert 0 < golden["tolerance"][name] < outputs.std()


def test_the_device_reproduces_the_golden_outputs(artifact: Artifact, tmp_path: Path) -> None:
    local.run_module("edgecv.ondevice", ["selftest", artifact.folder], log=tmp_path / "log")


@pytest.mark.parametrize(("target", "precision"), [("tflite", "int8"), ("openvino", "float32"), ("tensorrt", "int8")])
def test_equal_builds_have_equal_digests(target: str, precision: str, place: Workplace, tmp_path: Path) -> None:
    first, second = (sealed(place, target, precision, tmp_path / name) for name in ("a", "another name"))
    assert first.manifest.digests["artifact"] == second.manifest.digests["artifact"]
