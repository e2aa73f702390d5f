"""A record as the YAML that says the same, with every default written out."""

import dataclasses
from typing import Any

import yaml

from edgecv.documents.document import Document
from edgecv.documents.shape import OPTIONS
from edgecv.documents.written import shown_path


def as_yaml(document: Document[Any]) -> str:
    """The document as it could have been written; its file is named in a comment."""
    plain = as_written(document.record)
    name = plain.pop("name")
    text = yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    return f"# {name}: {shown_path(document.path)}\n{text}"


def as_written(value: Any) -> Any:
    """A record as plain values, with the options of a model or a data set beside its other keys, as in YAML."""
    if dataclasses.is_dataclass(value):
        fields = {each.name: as_written(getattr(value, each.name)) for each in dataclasses.fields(value)}
        options = fields.pop(OPTIONS, {})
        return {**fields, **options}
    if isinstance(value, dict):
        return {name: as_written(each) for name, each in value.items()}
    return [as_written(each) for each in value] if isinstance(value, tuple) else value
