"""Batches: which images, in which order and changed how, follows from the seed, the epoch and the step alone.

So it makes no difference how many threads make them, nor where a training is resumed.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from edgecv.records.augment import Augment, settings_of
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import Samples, Truth
from edgecv.training.ahead import Ahead
from edgecv.training.augment import augment, changes_nothing, detail, opencv
from edgecv.training.augment.light import Lit
from edgecv.training.pictures import Pictures, larger

Batch = tuple[np.ndarray, Any]  # what the network takes, what the loss compares its outputs with


class Place(NamedTuple):
    """One step of a training."""

    epoch: int
    step: int
    indices: list[int]


@dataclass(eq=False)
class Feed:
    """One split, ready to be learnt from; `encode` turns truths into what the loss compares with.

    Threads prepare batches while a network learns from the last one; `with feed:` around the learning ends them.
    """

    samples: Samples
    preprocess: Preprocess
    training: Training
    encode: Callable[[Sequence[Truth]], Any]
    workers: int | None = None  # None: one a core
    _begun: list[Ahead[Any, Batch]] = field(default_factory=list, init=False)

    @property
    def steps(self) -> int:
        """Steps of an epoch of learning: whole batches only, and a split smaller than a batch is one."""
        return max(1, len(self.samples) // self.training.batch_size)

    def shuffled(self, first_epoch: int, first_step: int = 0) -> Iterator[Batch]:
        """Shuffled and augmented batches without end; a resumed training begins with the step that it missed."""
        places = itertools.islice(self._shuffled_places(first_epoch), first_step, None)
        if changes_nothing(self._changes):
            return self._ahead(partial(self._unchanged, self._pictures), (place.indices for place in places))
        return self._ahead(partial(self._changed, self._to_change), places)

    def in_order(self) -> Iterator[Batch]:
        """Every image once, unchanged."""
        indices, size = range(len(self.samples)), self.training.batch_size
        every = (indices[start : start + size] for start in indices[::size])
        return self._ahead(partial(self._unchanged, self._pictures), every)

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        for batches in list(self._begun):
            batches.stop()

    def _ahead(self, make: Callable[[Any], Batch], items: Iterator[Any]) -> Iterator[Batch]:
        batches = Ahead(make, items, self.workers)
        self._begun.append(batches)
        try:
            yield from batches
        finally:
            batches.stop()
            self._begun.remove(batches)

    def _shuffled_places(self, first_epoch: int) -> Iterator[Place]:
        size = self.training.batch_size
        for epoch in itertools.count(first_epoch):
            order = np.random.default_rng([self.training.seed, epoch]).permutation(len(self.samples)).tolist()
            for step in range(self.steps):
                yield Place(epoch, step, order[step * size : (step + 1) * size])

    def _changed(self, pictures: Pictures, place: Place) -> Batch:
        rng = np.random.default_rng([self.training.seed, place.epoch, place.step])
        change = partial(
            augment,
            look=pictures.__getitem__,
            others=len(self.samples),
            size=self.preprocess.size,
            settings=self._changes,
            rng=rng,
            bgr=self.preprocess.color == "bgr",
        )
        images, truths = zip(*map(change, place.indices), strict=True)
        return lit_and_normalised(images, self.preprocess), self.encode(truths)

    def _unchanged(self, pictures: Pictures, indices: Sequence[int]) -> Batch:
        images, truths = zip(*(pictures[index] for index in indices), strict=True)
        return normalised(images, self.preprocess), self.encode(truths)

    @property
    def _changes(self) -> Augment:
        return settings_of(self.training.augment)

    # Made before the threads that ask them: from Python 3.12 on, each thread that comes first would make its own.
    @cached_property
    def _pictures(self) -> Pictures:
        return Pictures(self.samples, self.preprocess)

    @cached_property
    def _to_change(self) -> Pictures:
        """What augmentation starts from: the same pictures, or larger ones where it cuts parts out of them."""
        times = detail(self._changes)
        return self._pictures if times == 1 else Pictures(self.samples, larger(self.preprocess, times))


def normalised(images: Sequence[np.ndarray], preprocess: Preprocess) -> np.ndarray:
    """A batch as the network takes it: bit for bit what the engines look up in a table, in a third of the time."""
    height, width, channels = images[0].shape
    mean, std = (np.tile(np.array(each[:channels], np.float32), width) for each in (preprocess.mean, preprocess.std))
    rows = np.empty((len(images), height, width * channels), np.float32)
    for image, normal in zip(images, rows, strict=True):  # one after the other, while it is in the cache
        np.subtract(image.reshape(height, -1), mean, out=normal)
        normal /= std
    return rows.reshape(len(images), height, width, channels)


def lit_and_normalised(images: Sequence[Lit], preprocess: Preprocess) -> np.ndarray:
    """A batch as the network takes it, in the light that was drawn for each image: one lookup does both."""
    shape = images[0].pixels.shape
    mean, std = (np.array(each[: shape[2]], np.float32)[:, np.newaxis] for each in (preprocess.mean, preprocess.std))
    batch = np.empty((len(images), *shape), np.float32)
    look_up = opencv.looked_up if opencv.opencv() else looked_up
    for image, normal in zip(images, batch, strict=True):
        look_up(image.pixels, (image.tables - mean) / std, normal)
    return batch


def looked_up(pixels: np.ndarray, tables: np.ndarray, out: np.ndarray) -> None:
    """What tables (C, 256) have for the values of pixels (H, W, C)."""
    height, width, channels = pixels.shape
    starts = np.tile(256 * np.arange(channels, dtype=np.uint16), width)  # of the table of each number in a row
    places = pixels.reshape(height, -1) + starts
    np.take(tables, places, out=out.reshape(height, -1), mode="clip")  # any other mode makes a copy of `out`
