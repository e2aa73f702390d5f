"""Which images set the ranges of a quantized network, and what the network sees of them.

They come from the training split alone. Every class is among them as far as truth tells, because a class that never
showed up may need values that the ranges then cut off.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.engines.encoding import encoding_for
from edgecv.ondevice.images import read
from edgecv.records.artifact import Tensor
from edgecv.records.preprocess import Preprocess
from edgecv.records.samples import VOID, Boxes, Label, Samples, Truth, Values

FEWEST = 50  # images that set ranges to be trusted; fewer have to be allowed by the user, and are stamped
LOOKED_AT = 2000  # samples whose truth is read; the answer must not depend on how many images are asked for
EMPTY = -1  # stands for samples that show no class at all


def choose(samples: Samples, count: int, skip: int = 0) -> list[int]:
    """Indices of `count` samples, the classes by turns, after the first `skip`, which serve another purpose."""
    if skip + count > len(samples):
        raise InputError(
            f"calibration.images: expected at most {len(samples) - skip}, got {count}: the training split has "
            f"{len(samples)} images, and {skip} of them are kept for parity"
        )
    order = np.random.default_rng(0).permutation(len(samples)).tolist()
    by_turns = _by_turns(samples, order[:LOOKED_AT])
    return list(islice(chain(by_turns, order[LOOKED_AT:]), skip, skip + count))


def _by_turns(samples: Samples, order: Sequence[int]) -> Iterator[int]:
    """All of `order`: in every round one of each class that has any left."""
    shown = {index: _classes(samples.truth(index)) for index in order}
    queues = {
        each: iter([index for index in order if each in shown[index]]) for each in sorted(set().union(*shown.values()))
    }
    taken: set[int] = set()
    while queues:
        for each, queue in list(queues.items()):
            index = next((index for index in queue if index not in taken), None)
            if index is None:
                del queues[each]
            else:
                taken.add(index)
                yield index


def _classes(truth: Truth) -> set[int]:
    if isinstance(truth, Label):
        return {truth.index}
    if isinstance(truth, Values):
        return {EMPTY}
    shown = truth.indices if isinstance(truth, Boxes) else truth.pixels[truth.pixels != VOID]
    return set(np.unique(shown).tolist()) or {EMPTY}


def pixels(samples: Samples, indices: Sequence[int], preprocess: Preprocess) -> np.ndarray:
    """The chosen images at the network's size: (n, height, width, channels) uint8."""
    return np.stack([read(samples.image(index), preprocess)[0] for index in indices])


def normalised(images: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """Float32 network inputs of (n, height, width, channels) pixels, by the table that the engines use."""
    tensor = Tensor("input", "input", images.shape, "float32", layout="nhwc")
    return encoding_for(preprocess, tensor)(images)


def digest(images: np.ndarray) -> str:
    """What a set of calibration images is known by."""
    sha = hashlib.sha256(str(images.shape).encode())
    sha.update(images.tobytes())
    return f"sha256:{sha.hexdigest()}"
