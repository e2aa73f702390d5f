"""A checked record that still knows where each of its fields was written, for the checks that come later."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from edgecv.documents.written import Written
from edgecv.errors import EdgecvError

T = TypeVar("T")

STEP = re.compile(r"\w+")
FIELD_FIRST = re.compile(r"(\w+)(\.\w+|\[\d+\])*(?=: )")


@dataclass(frozen=True)
class Document(Generic[T]):
    """A record and the file it was read from."""

    record: T
    path: Path
    written: Written = field(repr=False)

    def at(self, name: str) -> str:
        """The beginning of a message about a field: `file:line: field`, by the nearest line there is."""
        here = self.written
        for step in STEP.findall(name):
            if isinstance(here.value, dict) and step in here.value:
                here = here.value[step]
            elif isinstance(here.value, list) and step.isdecimal() and int(step) < len(here.value):
                here = here.value[int(step)]
            else:
                break
        return f"{here.where}: {name}"

    @contextmanager
    def places(self) -> Iterator[None]:
        """Give an error whose message begins with one of this document's fields the file and line of that field."""
        try:
            yield
        except EdgecvError as error:
            begin = FIELD_FIRST.match(str(error))
            if begin is None or not hasattr(self.record, begin[1]):
                raise
            raise type(error)(f"{self.at(begin[0])}{str(error)[begin.end() :]}") from error
