"""Make a network ready for int8 without changing what it computes: fold its batch norms, equalise its layers.

It is done once, in Keras, so that every target gains from it.
"""

import traceback
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgecv.quantization.equalisation import equalise as equalise_pairs
from edgecv.quantization.flattening import read, why_not
from edgecv.quantization.folding import fold
from edgecv.quantization.pairs import find
from edgecv.quantization.rebuilding import rebuild
from edgecv.quantization.simplifying import simplify

ROUNDING = 1e-4  # of an output's spread: what float32 may differ by when the same sums are taken otherwise
PROBES = 2  # images of noise
OPEN_SIDE = 64  # pixels for a side that the network leaves open


@dataclass(frozen=True)
class Prepared:
    network: Any  # a keras.Model with plain layers; the given one where that could not be
    folded: tuple[str, ...]  # batch norms
    kept: tuple[str, ...]  # batch norms that could not be folded, a sentence each
    equalised: tuple[tuple[str, str], ...]  # pairs of layers
    skipped: tuple[str, ...]  # a sentence for each pair that could not be, or for the whole network


def prepare(network: Any, *, equalise: bool = True) -> Prepared:
    """Fold and equalise a keras.Model, which stays as it is; the result computes the same within float rounding."""
    reason = why_not(network)
    if reason is not None:
        return _left_alone(network, reason)
    try:
        graph = read(network)
        simplify(graph)
        folded, kept = fold(graph)
        pairs, skipped = find(graph) if equalise else ((), ())
        equalise_pairs(pairs)
        prepared = rebuild(graph)
        difference = _difference(network, prepared)
    except Exception as error:  # of layers that cannot be built twice; they raise all kinds
        traceback.print_exc()  # stderr of this process is the log
        return _left_alone(network, f"it cannot be built anew: {type(error).__name__}")
    if not difference <= ROUNDING:
        return _left_alone(network, f"built anew it would differ by {difference:.2g} of its output's spread")
    return Prepared(prepared, folded, kept, tuple((pair.first.name, pair.second.name) for pair in pairs), skipped)


def _left_alone(network: Any, reason: str) -> Prepared:
    return Prepared(network, (), (), (), (f"the network is left as it is: {reason}",))


def _difference(network: Any, prepared: Any) -> float:
    """The largest difference of any output on noise, in units of that output's spread."""
    import keras

    noise = np.random.default_rng(0)
    inputs = keras.tree.map_structure(lambda tensor: _probe(noise, tensor), prepared.input)
    expected, got = (keras.tree.flatten(each(inputs, training=False)) for each in (network, prepared))
    return max(_relative(np.asarray(a, float), np.asarray(b, float)) for a, b in zip(expected, got, strict=True))


def _probe(noise: np.random.Generator, tensor: Any) -> np.ndarray:
    batch, *sides = tensor.shape
    shape = (batch or PROBES, *(side or OPEN_SIDE for side in sides))
    return noise.standard_normal(shape).astype(tensor.dtype)


def _relative(expected: np.ndarray, got: np.ndarray) -> float:
    difference = np.abs(expected - got).max()
    return float(difference / (expected.std() or 1.0))
