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
    rms_over_spread: float  # the quadratic mean of all errors; unlike the cosine it sees a wrong scale
    centred_cosine: float  # at least, of every output
    agreement: float  # at least this share of the task's answers is the same
    golden: float  # the largest error when the same artifact runs on another machine


LIMITS: Mapping[str, Limits] = {
    # Rounding alone: sound conversions of small networks stay below 2e-5, of deep ones below 1e-4. Weights that were
    # stored as float16 without a word already show 3e-3, computing in bfloat16 4e-2.
    "float32": Limits(5e-4, 5e-4, centred_cosine=0.999999, agreement=0.99, golden=1e-3),
    # Small networks: up to 0.014, in the quadratic mean 0.008; the rounding of the weights. In a pretrained
    # EfficientNet-Lite0 it moves single values by 0.053, on all targets alike.
    "float16": Limits(0.1, 2e-2, centred_cosine=0.9995, agreement=0.95, golden=3e-2),
    # The same: 0.05 in the quadratic mean, cosine 0.999, agreement 0.97, with 8-bit weights in either.
    "dynamic": Limits(None, 0.4, centred_cosine=0.92, agreement=0.8, golden=0.35),
    "int16x8": Limits(None, 0.3, centred_cosine=0.96, agreement=0.85, golden=0.1),
    # The same: 0.08 to 0.36 in the quadratic mean.
    # Sound conversions of trained networks stayed above 0.98 and 0.95; the mildest damage to images gave 0.88 and 0.92.
    # Kernels that round otherwise, as tflite-runtime's built-in ones, were up to 0.36 away in tiny networks.
    "int8": Limits(None, 0.5, centred_cosine=0.9, agreement=0.8, golden=0.5),
}
SHARED = LIMITS["float32"]  # of the steps that all targets share, whatever becomes of them afterwards

LEAST_LEVELS = 16  # of the 256 of int8, for values that rank answers: with fewer, most answers are ties
LEAST_LEVELS_OF_VALUE = 8  # of a value that is the answer, in 32 images: with fewer it is a tenth of its spread off
