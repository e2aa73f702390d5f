"""Cross-layer equalisation: move scales between two layers where that lets int8 keep more of what flows there.

What flows has one scale for all channels, so that a channel a hundred times smaller than another keeps a level or two.
A factor that one layer gives away and the next takes back changes nothing in float. After Nagel et al., Data-Free
Quantization Through Weight Equalization and Bias Correction, 2019, and Xiao et al., SmoothQuant, 2022.

Not data-free: equal ranges of the weights alone can make what flows less even, and then int8 loses by them. So a few
calibration images show what flows, the noise of rounding is estimated for a few ways to share the scale, and the way
with the least is taken, which may be to leave the pair alone.
"""

from collections.abc import Sequence

import numpy as np

from edgecv.quantization.activations import Seen
from edgecv.quantization.kernels import connections, input_ranges, output_ranges, scale_inputs, scale_outputs
from edgecv.quantization.pairs import Pair

SHARES = (1.0, 0.75, 0.5)  # of the unevenness of what flows that moves into the weights of the second layer
WORTH_IT = 0.4  # of the noise before; in networks as they are, a smaller gain was none in accuracy
RARE = 0.02  # of what a channel's weights let expect: what the images showed of it is not believed below that
ACTIVATION_STEPS, WEIGHT_STEPS = 255, 127


def equalise(pairs: Sequence[Pair], seen: Sequence[Seen]) -> tuple[Pair, ...]:
    """Rescale the pairs that gain from it, which are returned.

    One does not depend on another: weights have a scale for each output, which takes up what the next pair does.
    """
    return tuple(pair for pair, flows in zip(pairs, seen, strict=True) if _rescaled(pair, flows))


def _rescaled(pair: Pair, flows: Seen) -> bool:
    given = output_ranges(pair.first)
    if pair.first.bias is not None:
        given = np.maximum(given, np.abs(pair.first.bias))
    taken = input_ranges(pair.second, len(given))
    alive = (flows.largest > 0) & (taken > 0)
    if not alive.any():
        return False
    expected = given * np.median(flows.largest[alive] / given[alive])
    largest = np.where(alive, np.maximum(flows.largest, RARE * expected), 1.0)
    taken = np.where(alive, taken, 1.0)
    ways = [_centred(largest**share / taken ** (1 - share), alive) for share in SHARES]
    before, *noises = [_noise(pair, flows, largest * alive, way) for way in (np.ones_like(largest), *ways)]
    if not min(noises) < WORTH_IT * before:
        return False
    _apply(pair, ways[int(np.argmin(noises))])
    return True


def _centred(factors: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """About 1, so that a pair that is even already stays what it is; a channel that is never used keeps its scale."""
    middle = np.exp(np.log(factors[alive]).mean())
    return np.where(alive, factors / middle, 1.0)


def _noise(pair: Pair, flows: Seen, largest: np.ndarray, factors: np.ndarray) -> float:
    """The power of what rounding adds to the outputs of the second layer, as a share of each output's own power."""
    weights, reads = connections(pair.second, len(factors))
    weights = weights * factors[reads][..., None]
    power = (flows.power / factors**2)[reads]
    energy = (weights**2).sum(axis=2)
    of_values = ((largest / factors).max() / ACTIVATION_STEPS) ** 2 * energy.sum(axis=1)
    of_weights = (np.abs(weights).max(axis=(1, 2)) / WEIGHT_STEPS) ** 2 * power.sum(axis=1) * weights.shape[2]
    own = (energy * power).sum(axis=1)
    alive = own > 0
    return float(((of_values + of_weights)[alive] / own[alive]).mean()) if alive.any() else 0.0


def _apply(pair: Pair, factors: np.ndarray) -> None:
    first = pair.first
    scale_outputs(first, 1 / factors)
    if first.bias is not None:
        first.set_bias(first.bias / factors)
    scale_inputs(pair.second, factors)
