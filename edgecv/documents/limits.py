"""What a type cannot say: the values that a field may take."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

from edgecv.documents.document import Document
from edgecv.documents.wording import shown
from edgecv.errors import InputError


class Limit(NamedTuple):
    """`expected` completes the sentence "expected ...", and `holds` decides."""

    field: str
    expected: str
    holds: Callable[[Any], bool]


def positive(field: str, what: str = "a number above 0") -> Limit:
    """A field that must be above zero."""
    return Limit(field, what, lambda value: value > 0)


def not_negative(field: str) -> Limit:
    """A field that may be zero."""
    return Limit(field, "0 or more", lambda value: value >= 0)


def share(field: str) -> Limit:
    """A field that is a part of a whole."""
    return Limit(field, "a fraction from 0 to 1", lambda value: 0 <= value <= 1)


def check(document: Document[Any], limits: Iterable[Limit]) -> None:
    """Refuse the first value outside its limit."""
    for limit in limits:
        value = attrgetter(limit.field)(document.record)
        if not limit.holds(value):
            refuse(document, limit.field, f"expected {limit.expected}, got {shown(value)}")


def refuse_repeated(document: Document[Any], field: str, values: Iterable[Any]) -> None:
    """Refuse a list that says the same thing twice."""
    seen: list[Any] = []
    for i, value in enumerate(values):
        if value in seen:
            refuse(document, f"{field}[{i}]", f"the same as {field}[{seen.index(value)}]; remove one")
        seen.append(value)


def refuse(document: Document[Any], field: str, complaint: str) -> None:
    """Refuse a document for one of its fields."""
    raise InputError(f"{document.at(field)}: {complaint}")
