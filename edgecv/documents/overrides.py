"""`--set training.epochs=2`: a value from the command line, in the place of what a file says."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from edgecv.documents.written import Written
from edgecv.documents.yaml_tree import read_text
from edgecv.errors import InputError

FIELD = re.compile(r"\w+(\.\w+|\[\d+\])*")
STEP = re.compile(r"\w+")


def apply(tree: Written, settings: Sequence[str]) -> Written:
    """The tree with every setting in it; a later one wins."""
    for setting in settings:
        tree = _apply(tree, setting)
    return tree


def options_in(settings: Sequence[str]) -> dict[str, Any]:
    """The plain values of settings such as width=0.5 that go into no file."""
    plain: dict[str, Any] = apply(Written({}, "--set"), settings).plain
    return plain


def _apply(tree: Written, setting: str) -> Written:
    source = f"--set {setting}"
    field, equals, text = setting.partition("=")
    if not equals or not FIELD.fullmatch(field):
        raise InputError(f"{source}: expected field=value, such as training.epochs=2 or 'builds=[{{...}}]'")
    return _put(tree, STEP.findall(field), read_text(text, source, lines=False) if text else Written(None, source))


def _put(tree: Written, steps: Sequence[str], value: Written) -> Written:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(tree.value, list):
        if not step.isdecimal() or int(step) >= len(tree.value):
            raise InputError(f"{value.source}: expected a place from 0 to {len(tree.value) - 1}, got '{step}'")
        items = list(tree.value)
        items[int(step)] = _put(items[int(step)], rest, value)
        return replace(tree, value=items)
    entries = tree.value if isinstance(tree.value, dict) else {}
    absent = Written({}, value.source)
    return replace(tree, value={**entries, step: _put(entries.get(step, absent), rest, value)})
