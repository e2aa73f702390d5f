"""An evaluation: the accuracy of an artifact's own bytes, with its interval. Written once, never edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Mapping

SCHEMA = 1
SUFFIX = ".evaluation.json"

EvaluationVerdict = Literal["pass", "fail", "not_enough_images"]


@dataclass(frozen=True)
class EvaluatedArtifact:
    digest: str
    name: str
    target: str
    precision: str


@dataclass(frozen=True)
class EvaluatedData:
    digest: str
    split: str
    n: int


@dataclass(frozen=True)
class Evaluation:
    artifact: EvaluatedArtifact
    device: str  # name of the profile, or "local"
    data: EvaluatedData
    metric: str
    value: float
    ci95: tuple[float, float]
    float_value: float | None = None
    drop: float | None = None  # from float_value to value, the way that the metric gets worse: positive is worse
    drop_ci95: tuple[float, float] | None = None
    max_drop: float | None = None
    per_class: Mapping[str, float | None] = field(default_factory=dict)
    others: Mapping[str, float] = field(default_factory=dict)  # the task's further metrics, by name
    verdict: EvaluationVerdict | None = None  # None: nothing to compare with
    images_needed: int | None = None
    hint: str = ""  # the precision that the runtime was told to compute floats in; empty: float32
    schema: int = SCHEMA
