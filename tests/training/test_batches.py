from itertools import islice
from typing import Any

import numpy as np
import pytest

from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import Label
from edgecv.training.arrays import Arrays
from edgecv.training.batches import Feed

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 8, 8, 3), np.uint8)


def feed(count: int = 10, **training: Any) -> Feed:
    """Images whose truth is their own number."""
    return Feed(
        Arrays(IMAGES[:count], [Label(number) for number in range(count)]),
        Preprocess((8, 8)),
        Training(**{"batch_size": 4, **training}),
        encode=lambda truths: np.array([truth.index for truth in truths if isinstance(truth, Label)]),
    )


@pytest.mark.parametrize("augment", ["none", "standard"])
def test_an_epoch_is_the_same_whether_or_not_the_ones_before_it_were_seen(augment: str) -> None:
    some = feed(augment=augment)
    from_start = list(islice(some.shuffled(first_epoch=0), 3 * some.steps))
    for (seen, numbers), (again, same) in zip(from_start[some.steps :], some.shuffled(first_epoch=1), strict=False):
        assert np.array_equal(seen, again)
        assert np.array_equal(numbers, same)


def test_every_epoch_and_every_seed_has_another_order() -> None:
    def order(some: Feed, epoch: int) -> list[int]:
        return [int(number) for _, numbers in islice(some.shuffled(epoch), some.steps) for number in numbers]

    orders = [order(feed(), 0), order(feed(), 1), order(feed(seed=1), 0)]
    assert orders[0] != orders[1] != orders[2] != orders[0]
    assert all(len(set(each)) == 8 for each in orders)  # two whole batches, no image twice


def test_validation_sees_every_image_once_and_unchanged() -> None:
    some = feed(augment="standard")
    batches = list(some.in_order())
    assert len(batches) == some.steps_to_see_all == 3
    assert np.concatenate([numbers for _, numbers in batches]).tolist() == list(range(10))
    np.testing.assert_array_equal(np.concatenate([pixels for pixels, _ in batches]), np.float32(IMAGES) / 255)


def test_a_split_smaller_than_a_batch_is_one_batch() -> None:
    some = feed(count=3)
    assert some.steps == 1
    assert [len(numbers) for _, numbers in islice(some.shuffled(0), 2)] == [3, 3]
