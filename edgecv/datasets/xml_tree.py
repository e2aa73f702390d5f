"""XML as plain data: elements that know their text and their line.

A document type is refused, and with it every entity: those of its own could grow without end, or reach for other files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from edgecv.datasets import files
from edgecv.datasets.faults import Slip

MOST_MB = 64


@dataclass
class Element:
    tag: str
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> Element | None:
        return next(iter(self.all(tag)), None)


def read_xml(path: Path) -> Element:
    """The outermost element of a file; a Slip where there is none."""
    content = files.content(path, "an XML file", MOST_MB)
    document = Element("", 1)
    parser = expat.ParserCreate()
    _collect(parser, document)
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two for an encoding that nobody knows
        raise Slip("malformed_annotations", f"not well-formed XML: {error}", parser.CurrentLineNumber) from error
    return document.children[0]


def _collect(parser: expat.XMLParserType, document: Element) -> None:
    """Have the parser hang what it finds into the document."""
    inside = [document]
    written: list[list[str]] = [[]]  # in each of these, in parts: added up one by one, a million would take hours

    def start(tag: str, _attributes: dict[str, str]) -> None:
        element = Element(tag, parser.CurrentLineNumber)
        inside[-1].children.append(element)
        inside.append(element)
        written.append([])

    def end(_tag: str) -> None:
        inside.pop().text = "".join(written.pop()).strip()

    def text(characters: str) -> None:
        written[-1].append(characters)

    def refuse(*_declared: object) -> None:
        says = "expected plain XML, got a DOCTYPE; remove it"
        raise Slip("malformed_annotations", says, parser.CurrentLineNumber)

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
