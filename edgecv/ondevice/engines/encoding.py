"""Pixels to what a model file stores, and its outputs back to real values.

Floats are computed, `(pixel - mean) / std`. For integers normalising and quantizing together are a table of 256 entries
a channel, as a pixel has 256 values: such an input never takes the way through floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Sequence

import numpy as np

from edgecv.records.artifact import Tensor
from edgecv.records.preprocess import Preprocess

Encoding = Callable[[np.ndarray], np.ndarray]  # a model's input from pixels, uint8 (n, height, width, channels)


@dataclass(frozen=True)
class Computed:
    """Floats."""

    mean: np.ndarray  # (channels,), as is std
    std: np.ndarray
    channels_first: bool

    def __call__(self, images: np.ndarray) -> np.ndarray:
        count, height, width, channels = images.shape
        if self.channels_first:
            # Bytes are sorted into planes before they are floats, of which there is four times as much to move.
            planes = np.ascontiguousarray(images.reshape(count, height * width, channels).transpose(0, 2, 1))
            normalised = self._normalised(planes, self.mean[:, np.newaxis], self.std[:, np.newaxis])
            return normalised.reshape(count, channels, height, width)
        # Rows of one long axis: NumPy is slow where the last axis is as short as that of channels.
        rows = images.reshape(count, height, width * channels)
        mean, std = _along_a_row(self.mean, width), _along_a_row(self.std, width)
        return self._normalised(rows, mean, std).reshape(images.shape)

    def _normalised(self, pixels: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """Bytes become floats within the subtraction, a few thousand at a time, which saves a way through memory."""
        values: np.ndarray
        values = np.subtract(pixels, mean, dtype=np.float32) if mean.any() else pixels.astype(np.float32)
        if (std != 1).any():
            values /= std
        return values


def _along_a_row(values: np.ndarray, width: int) -> np.ndarray:
    """One for each channel of each pixel, or the only one there is: that takes half the time."""
    same: np.ndarray = values[:1] if (values == values[0]).all() else np.tile(values, width)
    return same


@dataclass(frozen=True)
class LookedUp:
    """Integers."""

    tables: np.ndarray  # (channels, 256)
    channels_first: bool
    one_table: bool  # all channels share the first

    def __call__(self, images: np.ndarray) -> np.ndarray:
        if self.channels_first:
            return self._planes(images.transpose(0, 3, 1, 2))
        if not self.one_table:
            return self._interleaved(images)
        if self.tables.itemsize == 1:  # bytes to bytes, which Python itself does in less than half the time
            looked_up = bytearray(np.ascontiguousarray(images)).translate(self.tables[0].tobytes())
            return np.frombuffer(looked_up, self.tables.dtype).reshape(images.shape)
        return np.take(self.tables[0], images, mode="clip")  # "clip" skips a check that no uint8 can fail

    def _planes(self, planes: np.ndarray) -> np.ndarray:
        encoded = np.empty(planes.shape, self.tables.dtype)
        for channel, table in enumerate(self.tables):
            np.take(table, planes[:, channel], out=encoded[:, channel], mode="clip")
        return encoded

    def _interleaved(self, images: np.ndarray) -> np.ndarray:
        """The tables in a row, and each pixel moved on to its channel's: a third of the time that strides take."""
        count, height, width, channels = images.shape
        starts = np.tile(np.arange(channels, dtype=np.uint16) * 256, width)
        places = images.reshape(count, height, width * channels) + starts
        return np.take(self.tables.ravel(), places, mode="clip").reshape(images.shape)


def encoding_for(preprocess: Preprocess, tensor: Tensor) -> Encoding:
    """The encoding that a declared preprocessing and a model's input ask for together."""
    mean = np.array(preprocess.mean[: preprocess.channels], np.float32)
    std = np.array(preprocess.std[: preprocess.channels], np.float32)
    channels_first = tensor.layout == "nchw"
    if tensor.quantization is None:
        return Computed(mean, std, channels_first)
    tables = _quantized((np.arange(256, dtype=np.float32) - mean[:, None]) / std[:, None], tensor)
    return LookedUp(tables, channels_first, one_table=bool((tables == tables[0]).all()))


def _quantized(values: np.ndarray, tensor: Tensor) -> np.ndarray:
    """What the QUANTIZE operator that this replaces would store.

    Its reference kernel rounds halves away from zero, but the kernels that run, XNNPACK's and the optimised ones,
    multiply by the reciprocal and round halves to even. With a mean of 127.5 and an input scale of 2/255 every pixel
    is such a half, so the rule moves a quarter of them by one.
    """
    assert tensor.quantization is not None
    range_ = np.iinfo(tensor.dtype)
    reciprocal = np.float32(1) / np.float32(tensor.quantization.scale)
    stored = np.rint(values * reciprocal) + tensor.quantization.zero_point
    clipped: np.ndarray = np.clip(stored, range_.min, range_.max)
    return clipped.astype(tensor.dtype)


def decoded(raw: Sequence[np.ndarray], outputs: Sequence[Tensor]) -> Dict[str, np.ndarray]:
    """Raw outputs, in the manifest's order, by name as float32, channels last and in memory of their own."""
    return {tensor.name: _real(stored, tensor) for stored, tensor in zip(raw, outputs)}


def _real(stored: np.ndarray, tensor: Tensor) -> np.ndarray:
    if stored.ndim == 4 and tensor.layout == "nchw":
        stored = stored.transpose(0, 2, 3, 1)
    # A class map of int32 is reported with a scale of 0: only these three are ever quantized.
    if tensor.quantization is None or stored.dtype not in (np.int8, np.uint8, np.int16):
        return np.array(stored, np.float32, order="C")
    zero = np.float32(tensor.quantization.zero_point)
    values: np.ndarray = np.subtract(stored, zero, dtype=np.float32, order="C")
    values *= np.float32(tensor.quantization.scale)
    return values
