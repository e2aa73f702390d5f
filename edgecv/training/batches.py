"""Batches: which images, in which order and changed how, follows from the seed, the epoch and the step alone."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgecv.quantization.calibration import normalised
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import Truth
from edgecv.training.arrays import Arrays
from edgecv.training.augment import augment

Batch = tuple[np.ndarray, Any]  # what the network takes, what the loss compares its outputs with


@dataclass(frozen=True)
class Feed:
    """One split, ready to be learnt from; `encode` turns truths into what the loss compares with."""

    arrays: Arrays
    preprocess: Preprocess
    training: Training
    encode: Callable[[Sequence[Truth]], Any]

    @property
    def steps(self) -> int:
        """Steps of an epoch of learning: whole batches only, and a split smaller than a batch is one."""
        return max(1, len(self.arrays) // self.training.batch_size)

    @property
    def steps_to_see_all(self) -> int:
        return -(-len(self.arrays) // self.training.batch_size)

    def shuffled(self, first_epoch: int) -> Iterator[Batch]:
        """Shuffled and augmented batches without end; a resumed training begins with the epoch that it missed."""
        size, seed = self.training.batch_size, self.training.seed
        for epoch in itertools.count(first_epoch):
            order = np.random.default_rng([seed, epoch]).permutation(len(self.arrays))
            for step in range(self.steps):
                rng = np.random.default_rng([seed, epoch, step])
                yield self._batch(order[step * size : (step + 1) * size], rng)

    def in_order(self) -> Iterator[Batch]:
        """Every image once, unchanged."""
        size = self.training.batch_size
        for start in range(0, len(self.arrays), size):
            yield self._batch(range(start, min(start + size, len(self.arrays))), None)

    def _batch(self, chosen: Sequence[int] | np.ndarray, rng: np.random.Generator | None) -> Batch:
        pictures = [(self.arrays.images[i], self.arrays.truths[i]) for i in chosen]
        if rng and self.training.augment == "standard":
            pictures = [augment(image, truth, rng) for image, truth in pictures]
        images, truths = zip(*pictures, strict=True)
        return normalised(np.stack(images), self.preprocess), self.encode(truths)
