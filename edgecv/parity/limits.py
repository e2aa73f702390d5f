"""How far an artifact may be from its network before it is another network.

Parity asks whether the conversion did what it should; whether the loss of accuracy is acceptable is asked afterwards,
by the accuracy budget. So these limits lie between what sound conversions show and what broken ones show.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How close the outputs have to be; errors are counted in standard deviations of the reference output."""

    max_abs_over_spread: float | None  # the largest error of any value; None: single values may well be far off
    centred_cosine: float  # at least, of every output
    agreement: float  # at least this share of the task's answers is the same
    golden: float  # the largest error when the same artifact runs on another machine


LIMITS: Mapping[str, Limits] = {
    # Rounding alone: sound conversions stay below 2e-5; computing in bfloat16 already shows 4e-2.
    "float32": Limits(max_abs_over_spread=1e-3, centred_cosine=0.999999, agreement=0.99, golden=1e-3),
    # Sound conversions of trained networks stayed above 0.98 and 0.95; the mildest damage to images gave 0.88 and 0.92.
    # Kernels that round otherwise, as tflite-runtime's built-in ones, were up to 0.22 away in tiny networks.
    "int8": Limits(max_abs_over_spread=None, centred_cosine=0.9, agreement=0.8, golden=0.35),
}

LEAST_LEVELS = 16  # of the 256 of int8, for an output that ranks answers: with fewer, most answers are ties
