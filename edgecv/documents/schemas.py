"""JSON Schemas of recipes and device profiles, for editors that complete and check YAML while it is typed.

`python -m edgecv.documents.schemas FOLDER` writes them anew; those of this version are in docs/schemas.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from edgecv.documents.shape import OPTIONS
from edgecv.records.device import DeviceProfile
from edgecv.records.files import write_json
from edgecv.records.recipe import Recipe

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DOCUMENTS: dict[str, type] = {"recipe": Recipe, "device": DeviceProfile}
FROM_THE_FILE = "name"  # a document's own, taken from the name of its file
READ_FROM_THIS_MACHINE = ("arch", "cpu", "memory_mb")  # devices/local.yaml leaves them out


def schema_of(word: str) -> dict[str, Any]:
    """The JSON Schema of one kind of document, stricter than its record where YAML is checked more strictly."""
    kind = DOCUMENTS[word]
    schema = msgspec.json.schema(kind)
    for each in schema["$defs"].values():
        each["additionalProperties"] = each["properties"].pop(OPTIONS, None) is not None
    document = schema["$defs"][kind.__name__]
    del document["properties"][FROM_THE_FILE]
    given = {FROM_THE_FILE, *(READ_FROM_THIS_MACHINE if kind is DeviceProfile else ())}
    document["required"] = [name for name in document["required"] if name not in given]
    return {"$schema": DRAFT, "title": f"edgecv {word}", **schema}


def write(folder: Path) -> list[Path]:
    """Write every schema into a folder."""
    return [write_json(folder / f"{word}.schema.json", schema_of(word)) for word in DOCUMENTS]


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)  # noqa: T201
