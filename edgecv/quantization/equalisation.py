"""Cross-layer equalisation: give both layers of a pair the same range of weights, channel by channel.

Where one channel's weights are a hundred times another's, int8 leaves the small ones a level or two. A factor that one
layer gives away and the next takes back changes nothing in float. After Nagel et al., Data-Free Quantization Through
Weight Equalization and Bias Correction, 2019.
"""

from collections.abc import Sequence

import numpy as np

from edgecv.quantization.kernels import input_ranges, output_ranges, scale_inputs, scale_outputs
from edgecv.quantization.pairs import Pair

MOST_ROUNDS = 30
SETTLED = 0.01  # no factor further from 1 than this: another round is not worth its time


def equalise(pairs: Sequence[Pair]) -> None:
    """Rescale until nothing changes: what one pair balances, the next one of the chain shifts again."""
    for _ in range(MOST_ROUNDS):
        changes = [_balance(pair) for pair in pairs]
        if max(changes, default=0.0) < SETTLED:
            return


def _balance(pair: Pair) -> float:
    """Rescale one pair; returns how far the largest factor was from 1."""
    first, second = pair.first, pair.second
    given = output_ranges(first)
    taken = input_ranges(second, len(given))
    alive = (given > 0) & (taken > 0)
    if first.bias is not None:
        # A channel whose weights have all but died gives its bias; it must not be blown up above all others.
        given = np.maximum(given, np.abs(first.bias))
    factors = np.ones_like(given)
    factors[alive] = np.sqrt(given[alive] / taken[alive])
    scale_outputs(first, 1 / factors)
    if first.bias is not None:
        first.set_bias(first.bias / factors)
    scale_inputs(second, factors)
    return float(np.abs(np.log(factors)).max())
