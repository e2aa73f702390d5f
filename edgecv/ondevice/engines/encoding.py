"""Pixels to what a model file stores, and its outputs back to real values.

A pixel has 256 values. So normalising and quantizing together are a table of 256 entries a channel, and layout is a
matter of the order in which the pixels are looked up. An int8 input never takes the way through floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Sequence

import numpy as np

from edgecv.records.artifact import Tensor
from edgecv.records.preprocess import Preprocess


@dataclass(frozen=True)
class Encoding:
    """Makes a model's input from pixels, uint8 (n, height, width, channels)."""

    tables: np.ndarray  # (channels, 256)
    channels_first: bool
    one_table: bool  # all channels share the first

    def __call__(self, images: np.ndarray) -> np.ndarray:
        if self.channels_first:
            return self._planes(images.transpose(0, 3, 1, 2))
        if self.one_table:
            return np.take(self.tables[0], images, mode="clip")  # "clip" skips a check that no uint8 can fail
        return self._interleaved(images)

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
    pixels = np.arange(256, dtype=np.float32)
    mean = np.array(preprocess.mean[: preprocess.channels], np.float32)
    std = np.array(preprocess.std[: preprocess.channels], np.float32)
    tables = (pixels - mean[:, None]) / std[:, None]
    if tensor.quantization is not None:
        tables = _quantized(tables, tensor)
    return Encoding(tables, tensor.layout == "nchw", one_table=bool((tables == tables[0]).all()))


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
    values = np.array(stored, np.float32, order="C")
    # A class map of int32 is reported with a scale of 0: only these three are ever quantized.
    if tensor.quantization is not None and stored.dtype in (np.int8, np.uint8, np.int16):
        values -= np.float32(tensor.quantization.zero_point)
        values *= np.float32(tensor.quantization.scale)
    return values
