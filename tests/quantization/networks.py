"""Tiny networks whose batch norms have statistics as if trained, and how far two networks differ."""

from typing import Any

import numpy as np

from edgecv.quantization import preparing
from edgecv.quantization.preparing import Prepared


def randomise(network: Any, seed: int = 0) -> Any:
    """Give biases and batch norms values that matter; fresh ones are zeros and ones, which would hide any mistake."""
    random = np.random.default_rng(seed)
    for weight in network.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        if kind in ("gamma", "moving_variance"):
            weight.assign(random.uniform(0.5, 2.0, weight.shape))
        elif kind in ("beta", "moving_mean", "bias", "alpha"):
            weight.assign(random.normal(0, 0.3, weight.shape))
    return network


def prepare(network: Any, *, equalise: bool = True) -> Prepared:
    """Prepared with a few images of noise."""
    shape = network.input_shape[1:] if hasattr(network, "input_shape") else (4,)
    images = np.random.default_rng(2).normal(size=(6, *shape)).astype(np.float32)
    return preparing.prepare(network, images, equalise=equalise)


def answers(network: Any, seed: int = 1) -> dict[str, np.ndarray]:
    import keras

    images = np.random.default_rng(seed).normal(size=(4, *network.input_shape[1:])).astype(np.float32)
    outputs = network(images, training=False)
    named = outputs if isinstance(outputs, dict) else dict(enumerate(keras.tree.flatten(outputs)))
    return {str(name): np.asarray(values) for name, values in named.items()}


def difference(network: Any, other: Any) -> float:
    """The largest of any output, in units of its spread."""
    expected, got = answers(network), answers(other)
    assert list(expected) == list(got)
    return max(float(np.abs(expected[name] - got[name]).max() / expected[name].std()) for name in expected)


def kinds(network: Any) -> list[str]:
    return [type(layer).__name__ for layer in network.layers]
