"""What flows between the layers of a pair, channel by channel, when the network sees calibration images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgecv.quantization.kernels import output_ranges
from edgecv.quantization.pairs import Pair


@dataclass(frozen=True)
class Seen:
    """Of every channel that the second layer of a pair reads."""

    largest: np.ndarray  # magnitude
    power: np.ndarray  # mean square


def observe(network: Any, pairs: Sequence[Pair], images: np.ndarray) -> list[Seen]:
    """One look at the images for all pairs; `network` holds the layers of the pairs by their names."""
    import keras

    if not pairs:
        return []
    read = [network.get_layer(pair.second.name).input for pair in pairs]
    watching = keras.Model(network.inputs, [_summary(tensor) for tensor in read])
    looks = [_as_arrays(watching.predict_on_batch(image[None]), len(pairs)) for image in images]
    return [_seen([look[place] for look in looks], len(output_ranges(pair.first))) for place, pair in enumerate(pairs)]


def _summary(tensor: Any) -> list[Any]:
    """Reduced where it is made: whole tensors of all layers would not fit into memory."""
    from keras import ops

    sides = tuple(range(1, len(tensor.shape) - 1))
    magnitude, square = ops.abs(tensor), ops.square(tensor)
    return [ops.max(magnitude, axis=sides), ops.mean(square, axis=sides)] if sides else [magnitude, square]


def _as_arrays(answers: Any, pairs: int) -> list[tuple[np.ndarray, np.ndarray]]:
    import keras

    flat = [np.asarray(answer, np.float64)[0] for answer in keras.tree.flatten(answers)]
    assert len(flat) == 2 * pairs
    return list(zip(flat[::2], flat[1::2], strict=True))


def _seen(looks: Sequence[tuple[np.ndarray, np.ndarray]], channels: int) -> Seen:
    """A flattened picture is channels within pixels."""
    largest = np.stack([look.reshape(-1, channels).max(axis=0) for look, _ in looks])
    power = np.stack([look.reshape(-1, channels).mean(axis=0) for _, look in looks])
    return Seen(largest.max(axis=0), power.mean(axis=0))
