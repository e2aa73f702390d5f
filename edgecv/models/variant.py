"""One member of a family: what a module with one architecture says, as a record, so that one file can hold several."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edgecv.records.recipe import Task


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The attributes of a `ModelModule`."""

    SUMMARY: str
    SIZE: tuple[int, int]
    network: Callable[..., Any]
    postprocess: Callable[..., dict[str, Any]]
    TASK: Task
    CHANNELS: int = 3
    SIDE_MULTIPLE: int = 1
    SMALLEST: int = 1  # the shortest side that leaves something to the last layer


def softmax(**_options: Any) -> dict[str, Any]:
    """How the board reads the logits of a classifier."""
    return {"activation": "softmax"}


@dataclass(frozen=True, kw_only=True)
class ClassifierVariant(Variant):
    """The attributes of a `Classifier`."""

    trunk: Callable[..., Any]
    TASK: Task = "classification"
    postprocess: Callable[..., dict[str, Any]] = softmax
