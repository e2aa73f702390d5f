"""Measurements and evaluations: from their files back to records, and any record to plain values for JSON."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from edgecv.documents.written import shown_path
from edgecv.errors import InputError
from edgecv.records import evaluation, measurement
from edgecv.records.evaluation import Evaluation
from edgecv.records.measurement import Measurement

T = TypeVar("T")


def read_measurement(path: Path) -> Measurement:
    """The measurement in a file."""
    return _read(path, Measurement, measurement.SCHEMA)


def read_evaluation(path: Path) -> Evaluation:
    """The evaluation in a file."""
    return _read(path, Evaluation, evaluation.SCHEMA)


def to_plain(record: Any) -> Any:
    """A record as plain values that JSON can hold."""
    return msgspec.to_builtins(record)


def _read(path: Path, kind: type[T], schema: int) -> T:
    word, where = kind.__name__.lower(), shown_path(path)
    try:
        content = path.read_bytes()
        plain = msgspec.json.decode(content)
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{where}: expected the JSON of one {word}, got a damaged file: {error}") from error
    found = plain.get("schema") if isinstance(plain, dict) else None
    if not isinstance(found, int):
        raise InputError(f"{where}: expected the JSON of one {word}, got no field 'schema'")
    if found > schema:
        raise InputError(
            f"{where}: made by a newer edgecv (schema {found}, this one reads up to {schema}); upgrade edgecv"
        )
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: not a {word} that this edgecv can read: {error}".replace("$.", "")) from error
