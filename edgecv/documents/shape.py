"""From what is written to the record it stands for: types, unknown keys and missing ones, each with its place."""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

import msgspec

from edgecv.documents.wording import one_of, shown
from edgecv.documents.written import Written
from edgecv.errors import InputError, did_you_mean, not_one_of

T = TypeVar("T")

OPTIONS = "options"  # a record with this field collects the keys that it does not know; their owner checks them
SCALARS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def read_record(written: Written, kind: type[T], *, name: str | None = None) -> T:
    """A whole document as a record; the `name` of one that has a name comes from the file's."""
    return typing.cast(T, _record(written, kind, "", {} if name is None else {"name": name}))


def _read(written: Written, kind: Any, field: str) -> Any:
    if _is_optional(kind):
        return None if written.value is None else _read(written, _present(kind), field)
    if _is_union(kind):  # of a word, and a block that says it in detail
        word, block = get_args(kind)
        return _read(written, block if isinstance(written.value, dict) else word, field)
    if dataclasses.is_dataclass(kind):
        return _record(written, kind, field, {})
    if get_origin(kind) is tuple:
        return _tuple(written, kind, field)
    if get_origin(kind) is Mapping:
        each = get_args(kind)[1]
        return {
            key: _read(value, each, join(field, key)) for key, value in _entries(written, field, "a mapping").items()
        }
    return _scalar(written, kind, field)


def _record(written: Written, kind: Any, field: str, given: dict[str, Any]) -> Any:
    hints = typing.get_type_hints(kind)
    known = [name for name in hints if name != OPTIONS and name not in given]
    entries = _entries(written, field, f"a mapping with {', '.join(known)}")
    values = dict(given)
    options = {}
    for key, value in entries.items():
        if key in given:
            raise InputError(f"{value.where}: {join(field, key)}: comes from the name of the file; remove it here")
        if key in known:
            values[key] = _read(value, hints[key], join(field, key))
        elif OPTIONS in hints:
            options[key] = value.plain
        else:
            raise InputError(f"{value.where}: {join(field, key)}: unknown key; {_unknown(key, known)}")
    for each in dataclasses.fields(kind):
        if each.name not in values and each.name != OPTIONS and _is_required(each):
            raise InputError(
                f"{written.where}: {join(field, each.name)}: missing, expected {_expected(hints[each.name])}"
            )
    return kind(**values, options=options) if OPTIONS in hints else kind(**values)


def _unknown(key: str, known: list[str]) -> str:
    return did_you_mean(key, known).removeprefix("; ") or f"expected {one_of(known)}"


def _entries(written: Written, field: str, expected: str) -> dict[str, Written]:
    if not isinstance(written.value, dict):
        _refuse(written, field, f"expected {expected}, got {_got(written)}")
    entries: dict[str, Written] = written.value
    return entries


def _tuple(written: Written, kind: Any, field: str) -> tuple[Any, ...]:
    kinds = get_args(kind)
    if not isinstance(written.value, list):
        _refuse(written, field, f"expected {_expected(kind)}, got {_got(written)}")
    items: list[Written] = written.value
    if kinds[-1] is ...:
        kinds = (kinds[0],) * len(items)
    if len(kinds) != len(items):
        _refuse(written, field, f"expected {_expected(kind)}, got {len(items)} of them")
    return tuple(_read(item, each, f"{field}[{i}]") for i, (item, each) in enumerate(zip(items, kinds, strict=True)))


def _scalar(written: Written, kind: Any, field: str) -> Any:
    if kind is Any:
        return written.plain
    try:
        value = msgspec.convert(written.value, kind)
    except msgspec.ValidationError:
        _refuse(written, field, _not_that_scalar(written, kind))
    if isinstance(value, float) and not math.isfinite(value):
        _refuse(written, field, f"expected {_expected(kind)}, got {_got(written)}")
    return value


def _not_that_scalar(written: Written, kind: Any) -> str:
    if get_origin(kind) is Literal and isinstance(written.value, str):
        return not_one_of(get_args(kind), written.value)
    quotes = kind is str and isinstance(written.value, bool | int | float)
    return f"expected {_expected(kind)}, got {_got(written)}" + ("; put it in quotes" if quotes else "")


def _refuse(written: Written, field: str, complaint: str) -> NoReturn:
    raise InputError(f"{written.where}: {field}: {complaint}" if field else f"{written.where}: {complaint}")


def _got(written: Written) -> str:
    if isinstance(written.value, dict):
        return "a mapping"
    if isinstance(written.value, list):
        return "a list"
    if written.value is None:
        return "nothing"
    return shown(str(written.value).lower() if isinstance(written.value, bool) else written.value)


def _expected(kind: Any) -> str:
    if _is_optional(kind):
        return f"{_expected(_present(kind))}, or null"
    if get_origin(kind) is Literal:
        return one_of(get_args(kind))
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        several = _several(kinds[0])
        return f"a list of {several}" if kinds[-1] is ... else f"a list of {len(kinds)} {several}"
    return SCALARS.get(kind, "a mapping")


def _several(kind: Any) -> str:
    one, *rest = _expected(kind).removeprefix("a ").partition(" of ")
    return f"{one}s{''.join(rest)}"


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _is_optional(kind: Any) -> bool:
    return _is_union(kind) and type(None) in get_args(kind)


def _present(kind: Any) -> Any:
    return next(each for each in get_args(kind) if each is not type(None))


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def join(field: str, key: str) -> str:
    """The name of a field inside another."""
    return f"{field}.{key}" if field else key
