"""The pictures of a split at the network's size, the very pixels that a board makes, decoded when they are first seen.

What fits in memory is kept as uint8. Nothing else depends on how much that is: a picture that is decoded again is the
same again.
"""

import threading
from dataclasses import replace

import numpy as np

from edgecv.ondevice import child, images
from edgecv.records.preprocess import Preprocess
from edgecv.records.samples import Mask, Samples, Truth
from edgecv.training.memory import available_bytes
from edgecv.training.truth import moved

SHARE = 0.4  # of the memory that is left, for one split: the network and the batches need some, and so do others


class Pictures:
    """Pixels (H, W, C) uint8 and truth, by index; any number of threads may ask."""

    def __init__(self, samples: Samples, preprocess: Preprocess, budget_bytes: int | None = None) -> None:
        self.samples, self.preprocess = samples, preprocess
        budget = SHARE * available_bytes() if budget_bytes is None else budget_bytes
        self.most_kept = min(len(samples), int(budget // self._bytes_each()))
        self._kept: dict[int, tuple[np.ndarray, Truth]] = {}
        self._keeping = threading.Lock()
        if self.most_kept < len(samples):
            fit = f"{self.most_kept} of {len(samples)} decoded images fit in memory"
            child.progress(f"{fit}; the others are decoded in every epoch")

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[np.ndarray, Truth]:
        kept = self._kept.get(index)
        return kept or self._keep(index, self._decoded(index))

    def _keep(self, index: int, picture: tuple[np.ndarray, Truth]) -> tuple[np.ndarray, Truth]:
        with self._keeping:
            if len(self._kept) < self.most_kept:
                self._kept[index] = picture
        return picture

    def _decoded(self, index: int) -> tuple[np.ndarray, Truth]:
        pixels, placement = images.read(self.samples.image(index), self.preprocess)
        return pixels, moved(self.samples.truth(index), placement, self.preprocess.size)

    def _bytes_each(self) -> int:
        (height, width), channels = self.preprocess.size, self.preprocess.channels
        return height * width * (channels + isinstance(self.samples.truth(0), Mask))


def larger(preprocess: Preprocess, times: float) -> Preprocess:
    """The same preprocessing to a larger size."""
    height, width = (round(side * times) for side in preprocess.size)
    resize_to = preprocess.resize_to and round(preprocess.resize_to * times)
    return preprocess if times == 1 else replace(preprocess, size=(height, width), resize_to=resize_to)
