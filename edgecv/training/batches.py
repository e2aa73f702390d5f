"""Batches: which images, in which order and changed how, follows from the seed, the epoch and the step alone."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import Truth
from edgecv.training.arrays import Arrays, normalised
from edgecv.training.augment import augment

Encode = Callable[[Sequence[Truth]], Any]  # truths -> the arrays that the loss compares with
Batch = tuple[np.ndarray, Any]


def training_steps(arrays: Arrays, training: Training) -> int:
    """Steps an epoch: whole batches only, and a data set smaller than a batch is one."""
    return max(1, len(arrays) // training.batch_size)


def validation_steps(arrays: Arrays, training: Training) -> int:
    """Steps that see every image once."""
    return -(-len(arrays) // training.batch_size)


def training_batches(
    arrays: Arrays, preprocess: Preprocess, training: Training, encode: Encode, first_epoch: int
) -> Iterator[Batch]:
    """Shuffled and augmented batches from the start of an epoch on, so that a resumed training sees what it missed."""
    for epoch in itertools.count(first_epoch):
        order = np.random.default_rng([training.seed, epoch]).permutation(len(arrays))
        for step in range(training_steps(arrays, training)):
            chosen = order[step * training.batch_size : (step + 1) * training.batch_size]
            pictures = [(arrays.images[i], arrays.truths[i]) for i in chosen]
            if training.augment == "standard":
                rng = np.random.default_rng([training.seed, epoch, step])
                pictures = [augment(image, truth, rng) for image, truth in pictures]
            images, truths = zip(*pictures, strict=True)
            yield normalised(np.stack(images), preprocess), encode(truths)


def validation_batches(arrays: Arrays, preprocess: Preprocess, training: Training, encode: Encode) -> Iterator[Batch]:
    """Every image once, in order and unchanged."""
    for start in range(0, len(arrays), training.batch_size):
        part = slice(start, start + training.batch_size)
        yield normalised(arrays.images[part], preprocess), encode(arrays.truths[part])
