"""YAML text to a tree of values with their places.

Scalars follow the core schema of YAML 1.2: `no`, `on` and `12:30` are text, and `1e-3` is a number, where YAML 1.1
would read a boolean, a number of seconds and text. Tags are refused; keys are text and may be given once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import yaml

from edgecv.documents.wording import shown
from edgecv.documents.written import Written, shown_path
from edgecv.errors import InputError

MAX_CHARACTERS = 256_000
MAX_DEPTH = 20
MAX_VALUES = 20_000  # an alias counts for all that it stands for, so a few lines cannot unfold into millions

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # some builds of PyYAML come without libyaml

SCALARS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,18}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)


def read_file(path: Path) -> Written:
    """The tree of a YAML file."""
    source = shown_path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: expected a YAML file in UTF-8, got other bytes at {error.start}") from error
    return read_text(text, source)


def read_text(text: str, source: str, *, lines: bool = True) -> Written:
    """The tree of one YAML document; without `lines` its places name the source alone."""
    return _Reader(text, source, lines).document()


class _Reader:
    """From the events of the parser, not by its composer: that one overflows the C stack on deep nesting."""

    def __init__(self, text: str, source: str, lines: bool) -> None:
        self.source = source
        self.lines = lines
        self.anchors: dict[str, Written] = {}
        self.count = 0
        if len(text) > MAX_CHARACTERS:
            raise InputError(f"{source}: expected at most {MAX_CHARACTERS} characters, got {len(text)}")
        self.events = self._events(text)

    def document(self) -> Written:
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise InputError(f"{self.source}: expected a YAML document, got an empty file")
        tree = self._value(next(self.events), depth=1)
        next(self.events)  # the end of the document
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._refuse(event, "expected one YAML document, got another after '---'")
        return tree

    def _events(self, text: str) -> Iterator[Any]:
        try:
            for event in yaml.parse(text, Loader=LOADER):
                if not isinstance(event, yaml.StreamStartEvent):
                    yield event
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = self.source if mark is None or not self.lines else f"{self.source}:{mark.line + 1}"
            raise InputError(f"{where}: not YAML: {error.problem or error.context}") from error
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            raise InputError(f"{self.source}: not YAML: {str(error).splitlines()[0]}") from error

    def _value(self, event: Any, depth: int) -> Written:
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._refuse(event, f"expected a plain value, got the tag {shown(event.tag)}")
        if isinstance(event, yaml.ScalarEvent):
            value: Any = _scalar(event.value) if event.implicit[0] else event.value  # quoted is always text
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(depth)
        else:
            value = self._mapping(depth)
        written = Written(value, self.source, self._line(event), self._counted(event, value))
        if event.anchor is not None:
            self.anchors[event.anchor] = written
        return written

    def _list(self, depth: int) -> list[Written]:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Written]:
        entries: dict[str, Written] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "expected a word as key")
            if event.value in entries:
                first = entries[event.value].where
                self._refuse(event, f"{event.value}: given twice, first at {first}; keep one")
            # The place of an entry is its key: the value of `training:` begins only on the next line.
            entries[event.value] = replace(self._value(next(self.events), depth + 1), line=self._line(event))
        return entries

    def _alias(self, event: Any) -> Written:
        if event.anchor not in self.anchors:
            self._refuse(event, f"the alias '*{event.anchor}' has no anchor before it")
        written = replace(self.anchors[event.anchor], line=self._line(event))
        self._count(event, written.count)
        return written

    def _counted(self, event: Any, value: Any) -> int:
        self._count(event, 1)
        inside: list[Written] = []
        if isinstance(value, dict | list):
            inside = list(value.values() if isinstance(value, dict) else value)
        return 1 + sum(each.count for each in inside)

    def _count(self, event: Any, more: int) -> None:
        self.count += more
        if self.count > MAX_VALUES:
            self._refuse(event, f"expected at most {MAX_VALUES} values, aliases unfolded")

    def _line(self, event: Any) -> int | None:
        return int(event.start_mark.line) + 1 if self.lines else None

    def _refuse(self, event: Any, complaint: str) -> NoReturn:
        raise InputError(f"{Written(None, self.source, self._line(event)).where}: {complaint}")


def _scalar(text: str) -> Any:
    for pattern, convert in SCALARS:
        if pattern.fullmatch(text):
            return convert(text)
    return text
