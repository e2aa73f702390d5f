"""Reference outputs against an artifact's outputs: figures, and the reasons why they are not acceptable.

Shapes and finiteness come first: comparisons with NaN are never true, so that figures alone would let it pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgecv.parity.agreement import agreement
from edgecv.parity.limits import LEAST_LEVELS, Limits
from edgecv.records.artifact import Manifest

Outputs = Mapping[str, np.ndarray]
RANKING = ("logits", "cls")  # outputs, or how their names begin, whose values are compared with each other


@dataclass(frozen=True)
class Difference:
    """Of one output over all images."""

    max_abs_over_spread: float  # in standard deviations of the reference
    centred_cosine: float  # of the parts that change from image to image


@dataclass(frozen=True)
class Comparison:
    reasons: tuple[str, ...]  # why it is refused; none: passed
    differences: Mapping[str, Difference]
    agreement: float | None  # None: the network finds nothing in any of the images


def compare(reference: Outputs, got: Outputs, manifest: Manifest, limits: Limits) -> Comparison:
    """Whether an artifact's outputs are those of its network, as closely as the limits ask."""
    unusable = _unusable(reference, got)
    if unusable:
        return Comparison(unusable, {}, None)
    differences = {name: _difference(reference[name], got[name]) for name in sorted(reference)}
    agreed = agreement(reference, got, manifest)
    reasons = [reason for name, difference in differences.items() for reason in _beyond(name, difference, limits)]
    if agreed is not None and not agreed >= limits.agreement:
        reasons.append(f"{agreed:.3f} of the answers agree, at least {limits.agreement} must")
    if manifest.precision == "int8":
        reasons += _too_few_levels(got)
    return Comparison(tuple(reasons), differences, agreed)


def _unusable(reference: Outputs, got: Outputs) -> tuple[str, ...]:
    if reference.keys() != got.keys():
        return (f"expected outputs {', '.join(sorted(reference))}, got {', '.join(sorted(got))}",)
    reasons = []
    for name, values in reference.items():
        if got[name].shape != values.shape:
            reasons.append(f"{name}: expected shape {values.shape}, got {got[name].shape}")
        elif not np.isfinite(got[name]).all():
            reasons.append(f"{name}: not all values are finite")
        elif not _changes(values):
            reasons.append(f"{name}: the reference is the same for all images, so nothing can be checked")
        elif not _changes(got[name]):
            reasons.append(f"{name}: the same for all images")
    return tuple(reasons)


def _changes(values: np.ndarray) -> bool:
    return bool((values != values[0]).any())  # a standard deviation of equal values can be above zero by rounding


def _difference(reference: np.ndarray, got: np.ndarray) -> Difference:
    reference, got = reference.astype(np.float64), got.astype(np.float64)
    # What is the same for all images is taken away first: the mere offsets between classes would flatter both figures.
    a, b = reference - reference.mean(axis=0), got - got.mean(axis=0)
    cosine = (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())
    return Difference(float(np.abs(reference - got).max() / spread(reference)), float(cosine))


def spread(values: np.ndarray) -> float:
    """How much an output changes from image to image: the standard deviation about each value's own mean."""
    return float((values - values.mean(axis=0)).std())


def _beyond(name: str, difference: Difference, limits: Limits) -> list[str]:
    reasons = []
    most = limits.max_abs_over_spread
    if most is not None and not difference.max_abs_over_spread <= most:
        reasons.append(
            f"{name}: off by {difference.max_abs_over_spread:.3g} standard deviations, at most {most:g} may be"
        )
    if not difference.centred_cosine >= limits.centred_cosine:
        reasons.append(
            f"{name}: centred cosine {difference.centred_cosine:.6f}, at least {limits.centred_cosine} is needed"
        )
    return reasons


def level_use(got: Outputs) -> dict[str, float]:
    """The share of the 256 levels of int8 that each output uses; 1 where an output left int8 before its end."""
    return {name: min(_levels(values), 256) / 256 for name, values in sorted(got.items())}


def _levels(values: np.ndarray) -> int:
    return len(np.unique(values))


def _too_few_levels(got: Outputs) -> list[str]:
    return [
        f"{name}: only {_levels(values)} different values, at least {LEAST_LEVELS} are needed to rank answers"
        for name, values in sorted(got.items())
        if name.startswith(RANKING) and _levels(values) < LEAST_LEVELS
    ]
