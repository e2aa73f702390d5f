"""The JSON Schemas that editors use say what the loader says."""

import json
from pathlib import Path
from typing import Any

import pytest

from edgecv.documents import registry
from edgecv.documents.schemas import DOCUMENTS, schema_of, write

COMMITTED = Path(__file__).parents[2] / "docs/schemas"


@pytest.mark.parametrize("word", DOCUMENTS)
def test_the_committed_schema_is_the_present_one(word: str, tmp_path: Path) -> None:
    write(tmp_path)
    name = f"{word}.schema.json"
    assert (COMMITTED / name).read_text() == (tmp_path / name).read_text(), (
        "to write them anew: python -m edgecv.documents.schemas docs/schemas"
    )


def test_unknown_keys_are_forbidden_where_nothing_collects_them() -> None:
    blocks = schema_of("recipe")["$defs"]
    closed = {name for name, block in blocks.items() if not block["additionalProperties"]}
    assert blocks.keys() - closed == {"Data", "Model"}
    assert "options" not in blocks["Model"]["properties"]


def test_the_name_is_not_for_the_file_to_say() -> None:
    for word in DOCUMENTS:
        schema = schema_of(word)
        block = schema["$defs"][schema["$ref"].rpartition("/")[2]]
        assert "name" not in block["properties"]
        assert "name" not in block["required"]


@pytest.mark.parametrize(("kind", "word"), [("recipes", "recipe"), ("devices", "device")])
def test_every_yaml_that_ships_has_only_keys_of_its_schema(kind: registry.Kind, word: str) -> None:
    schema: dict[str, Any] = json.loads((COMMITTED / f"{word}.schema.json").read_text())
    block = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    for name in registry.names(kind):
        lines = registry.find(kind, name).read_text().splitlines()
        keys = {line.partition(":")[0] for line in lines if line[:1].isalpha()}
        assert keys <= block["properties"].keys()
        assert set(block["required"]) <= keys
