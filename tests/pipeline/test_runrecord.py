"""A run folder's record is read whole, or refused with a sentence."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.networks import conversion_of_run
from edgecv.pipeline.runrecord import is_run, read_run


def facts() -> dict[str, Any]:
    return {
        "recipe": msgspec.to_builtins(load_recipe("shapes_detection").record),
        "training": {"labels": ["x"], "postprocess": {}, "network_digest": "sha256:1"},
        "network_file": "sha256:2",
        "data": {"test": "sha256:3"},
    }


def test_what_a_run_wrote_is_read(tmp_path: Path) -> None:
    assert not is_run(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps(facts()))
    assert is_run(tmp_path)
    run = read_run(tmp_path)
    assert run.recipe == load_recipe("shapes_detection").record
    assert (run.labels, run.network_digest, run.network_file) == (("x",), "sha256:1", "sha256:2")


@pytest.mark.parametrize("lost", ["recipe", "training", "network_file", "data"])
def test_a_record_that_lost_a_part_is_refused(lost: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({name: part for name, part in facts().items() if name != lost}))
    with pytest.raises(InputError, match=r"expected a run folder, with a whole run\.json"):
        conversion_of_run(tmp_path, [])
