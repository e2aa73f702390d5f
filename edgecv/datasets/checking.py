"""A whole data set looked at thoroughly: every fault of every split, what is in it, and what two splits share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from edgecv import datasets
from edgecv.datasets import headers
from edgecv.datasets.faults import Fault, Faults
from edgecv.datasets.splits import MissingSplit
from edgecv.errors import InputError
from edgecv.records.files import digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import VOID, Boxes, Label, Samples, Truth, Values

Size = tuple[int, int]
UNITS: Mapping[Task, str] = {
    "classification": "images",
    "detection": "objects",
    "segmentation": "pixels",
    "regression": "values",
}


@dataclass(frozen=True)
class Spread:
    """How far the values of one name reach."""

    lowest: float
    mean: float
    highest: float


@dataclass(frozen=True)
class SplitFacts:
    """What one split holds, once the faulty is left out."""

    name: str
    images: int
    labels: Mapping[str, int]  # how many images, objects, pixels or values of each, as UNITS says
    sizes: Mapping[Size, int]  # how many images are so high and wide
    notes: tuple[str, ...] = ()
    values: Mapping[str, Spread] = field(default_factory=dict)  # of regression
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)  # of the images, by their names


@dataclass(frozen=True)
class Finding:
    """A fault, the splits in which it was met, and what the rules say about it: one of its kind's rules, or refuse."""

    fault: Fault
    splits: tuple[str, ...]
    rule: str
    refused: bool


@dataclass(frozen=True)
class Check:
    data: Data
    task: Task
    splits: tuple[SplitFacts, ...]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.refused)


def check(data: Data, task: Task, *, lenient: bool, tell: Callable[[str], None]) -> Check:
    """Look at every split; `lenient` where no recipe says what serves as validation or test, so that they may lack."""
    rules = datasets.rules(data)
    facts, found = [], []
    for split in datasets.DATASETS[data.format].SPLITS:
        faults = Faults(rules, thorough=True, tell=lambda text, split=split: tell(f"{split}: {text}"))  # type: ignore[misc]
        seen = _look(data, task, split, faults, lenient)
        if seen:
            facts.append(seen)
        found += [(split, fault, faults) for fault in faults.found]
    shared = Faults()
    _compare(facts, Path(data.path or ""), shared)
    found += [("", fault, shared) for fault in shared.found]
    return Check(data, task, tuple(facts), tuple(_findings(found)))


def _look(data: Data, task: Task, split: str, faults: Faults, lenient: bool) -> SplitFacts | None:
    path = Path(data.path or data.format)
    try:
        samples = datasets.scan(data, task, split, faults)
        if not len(samples):
            faults.add("empty_splits", path, f"the split '{split}' has no usable image")
        return _facts(samples, split, faults)
    except MissingSplit as error:
        faults.add("missing_splits" if lenient and split != "train" else "unusable", path, _without(error, path))
    except InputError as error:
        if str(error).startswith("data."):
            raise  # an option that cannot be meant is no fault of the data
        faults.add("unusable", path, _without(error, path))
    return None


def _without(error: InputError, path: Path) -> str:
    return str(error).removeprefix(f"{path}/").removeprefix(f"{path}: ")


def _facts(samples: Samples, split: str, faults: Faults) -> SplitFacts:
    counts = np.zeros(len(samples.labels), np.int64)
    sizes: Counter[Size] = Counter()
    digests, numbers = {}, []
    for number, name in enumerate(samples.names):
        faults.tell(f"image {number + 1}/{len(samples)}")
        truth = samples.truth(number)
        counts += _counted(truth, len(samples.labels))
        if isinstance(truth, Values):
            numbers.append(truth.numbers.tolist())
        source = samples.image(number)
        if isinstance(source, Path):
            sizes.update(seen.size for seen in headers.look([source], Faults()).values())
            digests[name] = digest_of_file(source)
        else:
            sizes[source.shape[0], source.shape[1]] += 1
            digests[name] = sha256(source.tobytes()).hexdigest()
    labels = dict(zip(samples.labels, counts.tolist(), strict=True))
    columns = zip(samples.labels, zip(*numbers, strict=True), strict=False)  # of no images there are none
    values = {label: Spread(min(each), sum(each) / len(each), max(each)) for label, each in columns}
    return SplitFacts(split, len(samples), labels, sizes, samples.notes, values, digests)


def _counted(truth: Truth, labels: int) -> np.ndarray:
    if isinstance(truth, Values):
        return np.ones(labels, np.int64)
    if isinstance(truth, Label):
        return np.bincount([truth.index], minlength=labels)
    indices = truth.indices if isinstance(truth, Boxes) else truth.pixels[truth.pixels != VOID]
    return np.bincount(indices.ravel(), minlength=labels)


def _compare(facts: list[SplitFacts], path: Path, faults: Faults) -> None:
    """Warn of images that two splits share: a network is not to be examined on what it has learnt from."""
    for number, one in enumerate(facts):
        names = {digest: name for name, digest in one.digests.items()}
        for other in facts[number + 1 :]:
            if other.digests == one.digests:
                continue  # validation stands in for the test split, which the notes say
            for name, digest in other.digests.items():
                if digest in names:
                    faults.add("shared_images", path, f"{one.name}: {names[digest]} = {other.name}: {name}")


def _findings(found: list[tuple[str, Fault, Faults]]) -> Iterator[Finding]:
    """Each fault once, however many splits met it."""
    findings: dict[Fault, Finding] = {}
    for split, fault, faults in found:
        known = findings.get(fault) or Finding(fault, (), faults.rule(fault.kind), faults.refuses(fault))
        findings[fault] = replace(known, splits=(*known.splits, split) if split else known.splits)
    yield from findings.values()
