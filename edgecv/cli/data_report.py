"""What `edgecv data check` prints: as text with the first faults of each kind, and as JSON with all of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from edgecv.cli.output import table
from edgecv.datasets.checking import UNITS, Check, Finding, Size, SplitFacts
from edgecv.datasets.faults import cures, in_words
from edgecv.datasets.guessing import Guess
from edgecv.datasets.kinds import KINDS

SHOWN = 5  # faults of each kind on a terminal
LABELS = 40  # rows of the table
INDENT = "  "


def as_text(check: Check, found: Guess) -> str:
    """The whole answer for a person."""
    lines = [f"{check.data.path or check.data.format}: {found.format}, {found.task} ({found.why})"]
    if check.splits:
        lines += ["", _facts(check)]
    lines += ["", *_kinds(check)]
    lines += [f"note: {note}" for facts in check.splits for note in facts.notes]
    return "\n".join([*lines, _verdict(check)])


def as_plain(check: Check, found: Guess) -> dict[str, Any]:
    """The whole answer for a script."""
    return {
        "path": check.data.path,
        "format": found.format,
        "task": found.task,
        "why": found.why,
        "splits": [_plain_facts(facts, UNITS[check.task]) for facts in check.splits],
        "faults": [_plain_finding(each) for each in check.findings],
        "counts": {kind: len(of_kind) for kind, of_kind in _by_kind(check.findings)},
        "refused": len(check.refused),
    }


def _facts(check: Check) -> str:
    splits = check.splits
    rows: list[Sequence[object]] = [
        ("", *(facts.name for facts in splits)),
        ("images", *(facts.images for facts in splits)),
        ("smallest", *(_pixels(min(facts.sizes, key=_area, default=None)) for facts in splits)),
        ("largest", *(_pixels(max(facts.sizes, key=_area, default=None)) for facts in splits)),
        (f"{UNITS[check.task]} of", *("" for _ in splits)),
    ]
    labels = list(splits[0].labels)
    rows += [(f"{INDENT}{label}", *(_amount(facts, label, check) for facts in splits)) for label in labels[:LABELS]]
    text = table(rows)
    hidden = len(labels) - LABELS
    return f"{text}\n{INDENT}… and {hidden} labels more; all of them: --json" if hidden > 0 else text


def _amount(facts: SplitFacts, label: str, check: Check) -> object:
    count = facts.labels.get(label, 0)
    if label in facts.values:
        return f"{facts.values[label].lowest:.4g} … {facts.values[label].highest:.4g}"
    if check.task != "segmentation":
        return count
    return f"{100 * count / max(1, sum(facts.labels.values())):.1f} %"


def _area(size: Size) -> int:
    return size[0] * size[1]


def _pixels(size: Size | None) -> str:
    return f"{size[1]} x {size[0]}" if size else ""


def _kinds(check: Check) -> Iterator[str]:
    for kind, findings in _by_kind(check.findings):
        yield f"{in_words(each.fault for each in findings)}: {_fate(kind, findings[0])}"
        for each in findings[:SHOWN]:
            place = str(each.fault).removeprefix(str(check.data.path)).lstrip("/:").strip()
            yield f"{INDENT}{place}{_met(each)}"
        if len(findings) > SHOWN:
            yield f"{INDENT}… and {len(findings) - SHOWN} more; all of them: --json"
        yield ""


def _fate(kind: str, finding: Finding) -> str:
    if KINDS[kind].warning:
        return "a warning"
    return "refused" if finding.refused else f"{kind}: {finding.rule}: {KINDS[kind].rules[finding.rule]}"


def _met(finding: Finding) -> str:
    return f"  ({', '.join(finding.splits)})" if finding.splits else ""


def _verdict(check: Check) -> str:
    refused = [each.fault for each in check.refused]
    if not refused:
        missing = [split for each in check.findings if each.fault.kind == "missing_splits" for split in each.splits]
        return f"nothing would be refused{_once(missing)}"
    cure = cures(refused)
    return f"a training would be refused: {in_words(refused)}" + (
        f"\nto mend by rule, under data: {cure}" if cure else ""
    )


def _once(missing: Sequence[str]) -> str:
    return f", once a recipe says what serves as {' and '.join(missing)}" if missing else ""


def _by_kind(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """In the order of KINDS, where the warnings come last."""
    found = list(findings)
    of_kind = [(kind, [each for each in found if each.fault.kind == kind]) for kind in KINDS]
    return [(kind, each) for kind, each in of_kind if each]


def _plain_facts(facts: SplitFacts, unit: str) -> dict[str, Any]:
    sizes = [{"height": height, "width": width, "images": count} for (height, width), count in facts.sizes.items()]
    return {
        "name": facts.name,
        "images": facts.images,
        "unit": unit,
        "labels": dict(facts.labels),
        "values": {label: asdict(spread) for label, spread in facts.values.items()},
        "sizes": sorted(sizes, key=lambda size: -size["images"]),
        "notes": list(facts.notes),
    }


def _plain_finding(finding: Finding) -> dict[str, Any]:
    fault = finding.fault
    return {
        "kind": fault.kind,
        "splits": list(finding.splits),
        "file": str(fault.file),
        "line": fault.line,
        "says": fault.says,
        "rule": finding.rule,
        "refused": finding.refused,
        "warning": KINDS[fault.kind].warning,
    }
