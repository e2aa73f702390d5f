"""What a draft's manifest keeps of its order, so that the same file can be built again."""

from pathlib import Path

import pytest

from edgecv.targets import TARGETS, Spec, open_exported
from edgecv.targets.draft import build_draft
from edgecv.targets.order import Order
from tests.conftest import Need
from tests.targets.networks import workplace


@pytest.mark.parametrize(
    ("spec", "runtime"),
    [
        (Spec("float32", package="tensorrt", oldest="8.2"), {"package": "tensorrt", "oldest": "8.2"}),
        (Spec("float32"), {}),
    ],
)
def test_the_runtime_that_a_file_was_made_for_is_kept(
    spec: Spec, runtime: dict[str, str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, need: Need
) -> None:
    for name, module in TARGETS.items():
        need(name, module.missing())
    place = workplace("detection", tmp_path_factory.getbasetemp())
    manifest = build_draft(open_exported(place.exported), Order("tensorrt", spec, tmp_path / "draft"))
    assert manifest.runtime == runtime
