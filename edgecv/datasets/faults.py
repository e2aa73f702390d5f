"""What is wrong with data: every fault is collected, then all are counted, and mended by a rule or refused.

A loader never stops at a fault that others may follow: it adds the fault here and leaves out what is faulty. Whether
that was allowed is decided once the whole split has been seen, by the rules of the recipe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from edgecv.datasets.kinds import KINDS
from edgecv.datasets.options import one_of
from edgecv.errors import InputError, not_one_of

REFUSE = "refuse"
SHOWN = 5  # faults that a refusal spells out


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where: a file, and its line where the file has lines."""

    kind: str
    file: Path
    says: str
    line: int | None = None

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


class Slip(InputError):
    """A fault on its way from where it is noticed to where the file is known."""

    def __init__(self, kind: str, says: str, line: int | None = None) -> None:
        super().__init__(says)
        self.kind, self.line = kind, line


class Faults:
    """All that is wrong with one split, as its loader finds it."""

    def __init__(
        self,
        rules: Mapping[str, str] | None = None,
        *,
        thorough: bool = False,
        tell: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.found: list[Fault] = []
        self.thorough = thorough  # decode every image and mask, which finds what their headers hide
        self.tell = tell  # how far a thorough look is
        self._rules = dict(rules or {})

    def add(self, kind: str, file: Path, says: str, line: int | None = None) -> None:
        self.found.append(Fault(kind, file, says, line))

    def add_slip(self, slip: Slip, file: Path) -> None:
        self.add(slip.kind, file, str(slip), slip.line)

    def rule(self, kind: str) -> str:
        return self._rules.get(kind, REFUSE)

    def refuses(self, fault: Fault) -> bool:
        """Whether no rule of the recipe mends it."""
        return self.rule(fault.kind) == REFUSE and not KINDS[fault.kind].warning

    def settle(self, split: str, data: str) -> tuple[str, ...]:
        """Refuse the split, or say in words for the user what the rules did."""
        refused = list(filter(self.refuses, self.found))
        if refused:
            raise InputError(_refusal(refused, split, data))
        return tuple(_note(kind, self.rule(kind), self.found) for kind in KINDS if kind in _counts(self.found))


@lru_cache(maxsize=256)
def unknown_label(labels: tuple[str, ...], got: str) -> str:
    """What is wrong with a label. Kept, for a hundred thousand rows may share it, and the nearest word is a search."""
    return f"label: {not_one_of(labels, got)}"


def rules_of(options: Mapping[str, Any], kinds: Iterable[str]) -> dict[str, str]:
    """The rules that a recipe gives for these kinds of fault."""
    return {kind: one_of(options, kind, (REFUSE, *KINDS[kind].rules)) for kind in kinds}


def in_words(faults: Iterable[Fault]) -> str:
    """How many there are of each kind: '5 invalid boxes, 1 unreadable image'."""
    return ", ".join(
        f"{count} {KINDS[kind].many if count > 1 else KINDS[kind].one}" for kind, count in _counts(faults).items()
    )


def cures(faults: Iterable[Fault]) -> str:
    """What a recipe can say about these faults: 'invalid_boxes: drop, or clip'; nothing where only mending helps."""
    return "; ".join(f"{kind}: {', or '.join(KINDS[kind].rules)}" for kind in _counts(faults) if KINDS[kind].rules)


def _counts(faults: Iterable[Fault]) -> Counter[str]:
    return Counter(each.kind for each in faults)


def _refusal(refused: list[Fault], split: str, data: str) -> str:
    cure = cures(refused)
    if len(refused) == 1:
        return f"{refused[0]}{_then(refused[0].says)}end it, or say {cure}" if cure else str(refused[0])
    first = [str(each) for each in first_of_each_kind(refused)[:SHOWN]]
    say = f"; mend them, or say {cure}" if cure else ""
    return "\n".join([*first, f"'{split}' has {in_words(refused)}{say}; to see all: edgecv data check {data}"])


def _then(says: str) -> str:
    return " M" if says.endswith("?") else "; m"


def first_of_each_kind(faults: Iterable[Fault]) -> list[Fault]:
    """The faults in an order that shows every kind early: the first of each, then the second of each, and so on."""
    seen: Counter[str] = Counter()
    ranked = []
    for each in faults:
        seen[each.kind] += 1
        ranked.append((seen[each.kind], each))
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])]


def _note(kind: str, rule: str, found: list[Fault]) -> str:
    of_kind = [each for each in found if each.kind == kind]
    did = "" if KINDS[kind].warning else f" {KINDS[kind].rules[rule]}"
    return f"{in_words(of_kind)}{did}, first {of_kind[0]}"
