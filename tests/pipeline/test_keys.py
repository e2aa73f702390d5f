"""What is known by its key is made anew where OpenCV came or went: it has a hand in every picture."""

from pathlib import Path

import pytest

from edgecv.documents import load_device
from edgecv.hosts.board.facts import OPENCV
from edgecv.pipeline.measure import _machine, _maker
from edgecv.pipeline.splits import open_splits
from edgecv.pipeline.train import _key
from edgecv.records.artifact import Artifact
from tests.parity.test_compare import manifest_of
from tests.training.recipes import recipe


@pytest.mark.parametrize("package", OPENCV)
def test_opencv_counts(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, device = recipe("classification"), load_device("local").record
    splits, artifact = open_splits(asked), Artifact(tmp_path, manifest_of("classification"))

    def known() -> list[object]:
        return [_key(asked, splits), _machine(device, artifact), _maker(None, artifact), _maker(device, artifact)]

    before = known()
    told = tmp_path / f"{package.replace('-', '_')}-0.1.dist-info/METADATA"
    told.parent.mkdir()
    told.write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert all(one != other for one, other in zip(before, known(), strict=True))
