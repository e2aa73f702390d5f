"""What a layer multiplies its weights with, when the network sees calibration images.

Kept as moments: the average of each value, and the average product of every two that meet in one sum. They tell what an
error in one weight does to the layer's outputs, and which other weights can make good for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

KINDS = ("Conv2D", "DepthwiseConv2D", "Dense")
MOST_INPUTS = 4608  # of one sum, as in a 3 x 3 convolution of 512 channels: beyond it the moments take gigabytes
POSITIONS = 128  # of an image that are looked at: more change little
AT_ONCE = 8  # images: adding up the products takes longer than making them


class Moments(NamedTuple):
    """Of what the inputs of each group bring: (groups, inputs) and (groups, inputs, inputs)."""

    averages: np.ndarray
    products: np.ndarray


@dataclass(frozen=True)
class Sums:
    """A layer's kernel as (groups, inputs, outputs): the inputs of a group are added up for each of its outputs."""

    layer: Any
    groups: int
    kernel: np.ndarray

    @property
    def inputs(self) -> int:
        """Of one sum."""
        return int(np.prod(self.kernel.shape[: 2 if type(self.layer).__name__ == "DepthwiseConv2D" else -1]))

    @property
    def bias(self) -> np.ndarray:
        """As (groups, outputs); zeros where the layer has none."""
        outputs = self.kernel.size // self.inputs
        values = np.asarray(self.layer.bias, np.float64) if self.layer.use_bias else np.zeros(outputs)
        return values.reshape(self.groups, -1)

    @property
    def weights(self) -> np.ndarray:
        kernel = self.kernel.astype(np.float64)
        if type(self.layer).__name__ == "DepthwiseConv2D":
            rows, columns, channels, multiplier = kernel.shape
            return kernel.transpose(2, 0, 1, 3).reshape(channels, rows * columns, multiplier)
        flat = kernel.reshape(-1, kernel.shape[-1])
        return flat.reshape(len(flat), self.groups, -1).transpose(1, 0, 2)

    @property
    def reads_input(self) -> bool:
        """Whether nothing with weights stands between the network's input and this layer."""
        return _meets_pixels(self.layer)

    def as_kernel(self, weights: np.ndarray) -> np.ndarray:
        """The other way round."""
        shape = self.kernel.shape
        if type(self.layer).__name__ == "DepthwiseConv2D":
            weights = weights.reshape(shape[2], shape[0], shape[1], shape[3]).transpose(1, 2, 0, 3)
        else:
            weights = weights.transpose(1, 0, 2)
        return weights.reshape(shape).astype(np.float32)

    def met(self, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Some of the values that one image brings, (groups, positions, inputs)."""
        if type(self.layer).__name__ == "Dense":
            flat = values.reshape(1, -1, values.shape[-1])
            return flat[:, self._some(flat.shape[1], rng)]
        windows = self._windows(values)
        places = np.unravel_index(self._some(len(windows) * windows.shape[1], rng), windows.shape[:2])
        chosen = windows[places]  # all of them would be as many copies of the picture as the kernel has weights
        each = chosen.reshape(len(chosen), -1, self.groups, chosen.shape[-1] // self.groups)
        return each.transpose(2, 0, 1, 3).reshape(self.groups, len(chosen), -1)

    def _some(self, count: int, rng: np.random.Generator) -> np.ndarray:
        wanted = POSITIONS if self.groups == 1 else min(POSITIONS, self.inputs)  # groups are many, and of few inputs
        return np.arange(count) if count <= wanted else np.sort(rng.choice(count, wanted, replace=False))

    def _windows(self, values: np.ndarray) -> np.ndarray:
        """What lies under the kernel, (rows, columns, kernel rows, kernel columns, channels): a view."""
        layer, padded = self.layer, values[0]
        reach = [(side - 1) * step + 1 for side, step in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
        if layer.padding == "same":
            sides = zip(values.shape[1:3], layer.strides, reach, strict=True)
            missing = [max((-(-length // stride) - 1) * stride + over - length, 0) for length, stride, over in sides]
            padded = np.pad(padded, [*((each // 2, each - each // 2) for each in missing), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(0, 1))
        (down, right), (row, column) = layer.strides, layer.dilation_rate
        return windows[::down, ::right, :, ::row, ::column].transpose(0, 1, 3, 4, 2)


def sums_of(network: Any) -> list[Sums]:
    """The layers whose sums can be looked into: plain ones that are called once."""
    return [each for layer in network.layers if (each := _sums(layer)) is not None]


def _sums(layer: Any) -> Sums | None:
    kind = type(layer).__name__
    if kind not in KINDS or not type(layer).__module__.startswith("keras.") or len(layer._inbound_nodes) != 1:
        return None
    if getattr(layer, "data_format", "channels_last") != "channels_last" or layer.dtype != "float32":
        return None
    kernel = np.asarray(layer.kernel)
    groups = kernel.shape[2] if kind == "DepthwiseConv2D" else getattr(layer, "groups", 1)
    found = Sums(layer, groups, kernel)
    return found if found.inputs <= MOST_INPUTS else None


def _meets_pixels(layer: Any) -> bool:
    before = [parent.operation for node in layer._inbound_nodes for parent in node.parent_nodes]
    return all(not getattr(each, "weights", ()) and _meets_pixels(each) for each in before)


def observe_sums(network: Any, sums: Sequence[Sums], images: np.ndarray) -> list[Moments]:
    """What every layer's inputs are, over the images."""
    import keras

    tensors = list({id(each.layer.input): each.layer.input for each in sums}.values())
    place = {id(tensor): index for index, tensor in enumerate(tensors)}
    watching = keras.Model(network.inputs, tensors)
    moments = [_nothing_yet(each) for each in sums]
    rng = np.random.default_rng(0)
    for start in range(0, len(images), AT_ONCE):
        met: list[list[np.ndarray]] = [[] for _ in sums]
        for image in images[start : start + AT_ONCE]:
            values = [np.asarray(each) for each in keras.tree.flatten(watching.predict_on_batch(image[None]))]
            for each, found in zip(sums, met, strict=True):
                found.append(each.met(values[place[id(each.layer.input)]], rng))
        for so_far, found in zip(moments, met, strict=True):
            _add(so_far, np.concatenate(found, axis=1), len(found) / len(images))
    return moments


def _nothing_yet(each: Sums) -> Moments:
    groups, inputs = each.groups, each.inputs
    return Moments(np.zeros((groups, inputs), np.float32), np.zeros((groups, inputs, inputs), np.float32))


def _add(so_far: Moments, met: np.ndarray, share: float) -> None:
    """In place: the products of a wide layer are larger than all that it meets."""
    averages, products = so_far
    averages += share * met.mean(axis=1)
    products += (met.transpose(0, 2, 1) @ met) * np.float32(share / met.shape[1])  # of itself, numpy multiplies half
