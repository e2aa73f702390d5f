"""How far an artifact may be from its network before it is another network.

Parity asks whether the conversion did what it should; whether the loss of accuracy is acceptable is asked afterwards,
by the accuracy budget. So these limits lie between what sound conversions show and what broken ones show.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of every output: the largest error, in standard deviations of the reference, and the centred cosine. Of the task:
    the share of answers that are the same. `golden` bounds how far one machine may be from another."""

    max_abs_over_spread: float | None  # None: single values may well be far off
    centred_cosine: float
    agreement: float
    golden: float  # largest error, in standard deviations


LIMITS: Mapping[str, Limits] = {
    # Rounding alone: sound conversions stay below 2e-5; computing in bfloat16 already shows 4e-2.
    "float32": Limits(max_abs_over_spread=1e-3, centred_cosine=0.999999, agreement=0.99, golden=1e-3),
    # Sound conversions, of trained and of random networks, stay above 0.97 and 0.87; swapped colours fall below 0.9.
    "int8": Limits(max_abs_over_spread=None, centred_cosine=0.95, agreement=0.8, golden=0.1),
}

LEAST_LEVELS = 16  # of the 256 of int8, for an output that ranks answers: with fewer, most answers are ties
