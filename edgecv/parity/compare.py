"""Reference outputs against the outputs of a later step: figures, and the reasons why they are not acceptable.

Shapes and finiteness come first: comparisons with NaN are never true, so that figures alone would let it pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgecv.parity.agreement import agreement
from edgecv.parity.limits import Limits
from edgecv.records.artifact import Manifest

Outputs = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Difference:
    """Of one output over all images; errors in standard deviations of the reference."""

    max_abs_over_spread: float
    rms_over_spread: float
    centred_cosine: float  # of the parts that change from image to image


@dataclass(frozen=True)
class Comparison:
    reasons: tuple[str, ...]  # why it is refused; none: passed
    differences: Mapping[str, Difference]
    agreement: float | None  # None: the network finds nothing in any of the images


def compare(reference: Outputs, got: Outputs, manifest: Manifest, limits: Limits) -> Comparison:
    """Whether outputs are those of the network, as closely as the limits ask."""
    unusable = _unusable(reference, got)
    if unusable:
        return Comparison(unusable, {}, None)
    differences = {name: _difference(reference[name], got[name]) for name in sorted(reference)}
    agreed = agreement(reference, got, manifest)
    beyond = {name: _beyond(difference, limits) for name, difference in differences.items()}
    reasons = [f"{name}: {reason}" for name, reason in beyond.items() if reason]
    if agreed is not None and not agreed >= limits.agreement:
        reasons.append(f"{agreed:.3f} of the answers agree, at least {limits.agreement} must")
    return Comparison(tuple(reasons), differences, agreed)


def _unusable(reference: Outputs, got: Outputs) -> tuple[str, ...]:
    if reference.keys() != got.keys():
        return (f"expected outputs {', '.join(sorted(reference))}, got {', '.join(sorted(got))}",)
    reasons = []
    for name, values in reference.items():
        if got[name].shape != values.shape:
            reasons.append(f"{name}: expected shape {values.shape}, got {got[name].shape}")
        elif got[name].dtype != values.dtype:
            reasons.append(f"{name}: expected {values.dtype}, got {got[name].dtype}")
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
    error, scale = np.abs(reference - got), spread(reference)
    # What is the same for all images is taken away first: the mere offsets between classes would flatter the cosine.
    a, b = reference - reference.mean(axis=0), got - got.mean(axis=0)
    cosine = (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())
    return Difference(float(error.max() / scale), float(np.sqrt((error**2).mean()) / scale), float(cosine))


def spread(values: np.ndarray) -> float:
    """How much an output changes from image to image: the standard deviation about each value's own mean."""
    return float((values - values.mean(axis=0)).std())


def _beyond(difference: Difference, limits: Limits) -> str:
    """The first figure that is not good enough; the others would only say it again."""
    most = limits.max_abs_over_spread
    if most is not None and not difference.max_abs_over_spread <= most:
        return f"off by {difference.max_abs_over_spread:.3g} standard deviations, at most {most:g} may be"
    if not difference.centred_cosine >= limits.centred_cosine:
        return f"centred cosine {difference.centred_cosine:.6f}, at least {limits.centred_cosine} is needed"
    if not difference.rms_over_spread <= limits.rms_over_spread:
        return (
            f"off by {difference.rms_over_spread:.3g} standard deviations in the quadratic mean, "
            f"at most {limits.rms_over_spread:g} may be"
        )
    return ""
