"""Make a network ready for int8 without changing what it computes: fold its batch norms, equalise its layers.

It is done once, in Keras, so that every target gains from it. Whether the result is still the network is for parity to
say, which compares the answers of both on real images, every time.
"""

import traceback
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgecv.quantization.activations import observe
from edgecv.quantization.equalisation import equalise as equalise_pairs
from edgecv.quantization.flattening import read, why_not
from edgecv.quantization.folding import fold
from edgecv.quantization.pairs import find
from edgecv.quantization.rebuilding import rebuild, refill
from edgecv.quantization.simplifying import simplify


@dataclass(frozen=True)
class Prepared:
    network: Any  # a keras.Model with plain layers; the given one where that could not be
    folded: tuple[str, ...]  # batch norms
    kept: tuple[str, ...]  # batch norms that could not be folded, a sentence each
    equalised: tuple[tuple[str, str], ...]  # pairs of layers
    skipped: tuple[str, ...]  # a sentence for each pair that could not be, or for the whole network


def prepare(network: Any, images: np.ndarray, *, equalise: bool = True) -> Prepared:
    """Fold and equalise a keras.Model, which stays as it is; the result computes the same within float rounding.

    `images` are a few normalised calibration images, (n, height, width, channels): they show what flows in the network.
    """
    reason = why_not(network)
    if reason is not None:
        return _left_alone(network, reason)
    try:
        graph = read(network)
        simplify(graph)
        folded, kept = fold(graph)
        prepared = rebuild(graph)
        pairs, skipped = find(graph) if equalise else ((), ())
        changed = equalise_pairs(pairs, observe(prepared, pairs, images))
        refill(prepared, graph)
    except Exception as error:  # of layers that cannot be built twice; they raise all kinds
        traceback.print_exc()  # stderr of this process is the log
        return _left_alone(network, f"it cannot be built anew: {type(error).__name__}")
    even = tuple(f"'{pair.first.name}' to '{pair.second.name}': even enough" for pair in pairs if pair not in changed)
    names = tuple((pair.first.name, pair.second.name) for pair in changed)
    return Prepared(prepared, folded, kept, names, (*skipped, *even))


def _left_alone(network: Any, reason: str) -> Prepared:
    return Prepared(network, (), (), (), (f"the network is left as it is: {reason}",))
