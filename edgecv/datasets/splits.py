"""Which files serve which split: the folder or list of its own name, or the one that a recipe gives in its place.

Published data often lacks a split. `test: val` lets validation stand in for a test, and says so; `val_share: 0.1` takes
validation out of the training files, so that a stand-in for the test decides nothing while the network is trained, and
`test_share: 0.1` takes a test out of them first. `train: .` takes what nobody has split.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from edgecv.datasets.options import share, word
from edgecv.errors import InputError
from edgecv.records.recipe import Data

T = TypeVar("T")

SPLITS: tuple[str, ...] = ("train", "val", "test")
OPTIONS = (*SPLITS, "val_share", "test_share")
CURES = {
    "train": "; another name goes with the option train",
    "val": "; another name goes with the option val, or val_share: 0.1 takes it out of training",
    "test": "; another name goes with the option test: with test: val, validation stands in for it, "
    "or test_share: 0.1 takes it out of training",
}
FOLDER = "a folder"
WHOLE = "."  # in place of a split's folder: the folder that the splits would lie in, where nobody has split it
TAKEN_WHOLE = "train: . takes the folder itself"

# What else publishers call a split; taken where the name itself is not there and a recipe gives no other.
SPELLINGS = {"val": ("valid", "validation")}


class MissingSplit(InputError):
    """A split that the data lacks; a recipe can name another in its place."""


def source(data: Data, split: str) -> str:
    """The name of the folder or list that a split is read from."""
    sources = {each: _named(data, each) for each in SPLITS}
    if "val_share" in data.options:
        if "val" in data.options:
            raise InputError("data.val_share: validation is either a share of training or 'val'; keep one")
        sources["val"] = sources["train"]
    elif sources["val"] == sources["train"]:
        raise InputError("data.val: the images of training; to take a share out of them: val_share: 0.1")
    if "test_share" in data.options:
        if "test" in data.options:
            raise InputError("data.test_share: the test is either a share of training or 'test'; keep one")
        sources["test"] = sources["train"]
    elif sources["test"] == sources["train"]:
        raise InputError("data.test: the images of training, which say nothing about others")
    return sources[split]


def _named(data: Data, split: str) -> str:
    return WHOLE if data.options.get(split) == WHOLE else word(data.options, split, default=split)


def sources(data: Data, split: str) -> tuple[str, ...]:
    """The same name, and what else to look for where it is not there."""
    name = source(data, split)
    return (name, *SPELLINGS.get(name, ())) if split not in data.options else (name,)


def place(split: str, expected: str, candidates: Sequence[Path], whole: str = "") -> Path:
    """The first of the files or folders that a split may be read from; `whole` says how to do without splits."""
    for path in candidates:
        if path.exists():
            return path
    instead = f", or {whole}, and val_share and test_share the others out of it" if whole and split == "train" else ""
    raise MissingSplit(f"{candidates[0]}: expected {expected}, found nothing there{CURES[split]}{instead}")


def members(found: Sequence[T], data: Data, split: str) -> list[T]:
    """What belongs to a split of all that its source holds. Shares are taken evenly, never by chance."""
    left, whole = list(found), 1.0
    for name in ("test", "val"):
        if f"{name}_share" not in data.options or source(data, split) != source(data, name):
            continue
        part = share(data.options, f"{name}_share")
        if part >= whole:
            raise InputError(
                f"data.{name}_share: expected less than the {whole:g} that test_share leaves, got '{part}'"
            )
        taken, left = _divided(left, part / whole)  # a share is one of all, and not of what is left
        whole -= part
        if split == name:
            return taken
    return left


def _divided(found: Sequence[T], part: float) -> tuple[list[T], list[T]]:
    """Every so many of them, and the rest."""
    taken: list[T] = []
    left: list[T] = []
    for i, each in enumerate(found):
        (taken if int((i + 1) * part) > int(i * part) else left).append(each)
    return taken, left


def notes(data: Data, split: str) -> tuple[str, ...]:
    """What a user should know about the figures of a split."""
    if split == "test" and "test_share" not in data.options and source(data, "test") == source(data, "val"):
        return ("validation stands in for the test split, and has chosen the network's best epoch",)
    return ()
