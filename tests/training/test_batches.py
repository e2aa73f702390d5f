"""What is learnt from in which step follows from the recipe alone, however it is made."""

import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.errors import InputError
from edgecv.quantization import calibration
from edgecv.records.augment import Augment
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import ImageSource, Label, Samples, Truth
from edgecv.training.augment import opencv
from edgecv.training.augment.light import Lit
from edgecv.training.batches import Batch, Feed, lit_and_normalised, normalised
from edgecv.training.pictures import Pictures
from tests.conftest import NO_OPENCV, Need

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 8, 8, 3), np.uint8)
AUGMENTS = ["none", "standard", "strong", Augment(flip="both", crop=(0.4, 1.0))]


def numbered(images: Sequence[ImageSource] | np.ndarray) -> Samples:
    """Images whose truth is their own number."""
    names = tuple(str(number) for number in range(len(images)))
    return Samples(("one",), "", names, image=images.__getitem__, truth=Label)


def numbers_of(truths: Sequence[Truth]) -> np.ndarray:
    return np.array([truth.index for truth in truths if isinstance(truth, Label)])


def feed(count: int = 10, workers: int | None = None, **training: Any) -> Feed:
    learning = Training(**{"batch_size": 4, **training})
    return Feed(numbered(IMAGES[:count]), Preprocess((8, 8)), learning, numbers_of, workers)


def same(some: Batch, other: Batch) -> bool:
    return all(np.array_equal(*each) for each in zip(some, other, strict=True))


@pytest.mark.parametrize("augment", AUGMENTS, ids=str)
@pytest.mark.parametrize("workers", [2, 4])
def test_batches_are_the_same_however_many_threads_make_them(augment: Any, workers: int) -> None:
    alone, together = (feed(augment=augment, workers=count).shuffled(0) for count in (1, workers))
    for _ in range(9):
        assert same(next(alone), next(together))


@pytest.mark.parametrize("augment", AUGMENTS, ids=str)
def test_a_resumed_training_sees_the_batches_of_an_undisturbed_one(augment: Any) -> None:
    some = feed(augment=augment)
    from_start = list(islice(some.shuffled(first_epoch=0), 3 * some.steps))
    resumed = [(some.shuffled(first_epoch=1), some.steps), (some.shuffled(first_epoch=1, first_step=1), some.steps + 1)]
    for batches, seen in resumed:
        assert all(map(same, from_start[seen:], batches))


@pytest.mark.parametrize("augment", AUGMENTS, ids=str)
def test_threads_share_the_pictures_that_were_there_before_them(augment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    makers = []

    class Watched(Pictures):
        def __init__(self, *given: Any) -> None:
            makers.append(threading.current_thread())
            super().__init__(*given)

    monkeypatch.setattr("edgecv.training.batches.Pictures", Watched)
    some = feed(augment=augment, workers=2)
    next(some.shuffled(0))
    next(some.in_order())
    assert set(makers) == {threading.main_thread()}


def test_every_epoch_and_every_seed_has_another_order() -> None:
    def order(some: Feed, epoch: int) -> list[int]:
        return [int(number) for _, numbers in islice(some.shuffled(epoch), some.steps) for number in numbers]

    orders = [order(feed(), 0), order(feed(), 1), order(feed(seed=1), 0)]
    assert orders[0] != orders[1] != orders[2] != orders[0]
    assert all(len(set(each)) == 8 for each in orders)  # two whole batches, no image twice


def test_validation_sees_every_image_once_and_unchanged() -> None:
    for augment in AUGMENTS:
        some = feed(augment=augment)
        batches = list(some.in_order())
        assert len(batches) == 3
        assert np.concatenate([numbers for _, numbers in batches]).tolist() == list(range(10))
        np.testing.assert_array_equal(np.concatenate([pixels for pixels, _ in batches]), np.float32(IMAGES) / 255)


def test_a_split_smaller_than_a_batch_is_one_batch() -> None:
    some = feed(count=3)
    assert some.steps == 1
    assert [len(numbers) for _, numbers in islice(some.shuffled(0), 2)] == [3, 3]


def test_batches_are_normalised_bit_for_bit_as_on_the_board() -> None:
    for color, mean, std in [("rgb", (123.7, 116.3, 103.5), (58.4, 57.1, 57.4)), ("gray", (33.3,), (78.6,))]:
        preprocess = Preprocess((8, 8), color=color, mean=mean, std=std)  # type: ignore[arg-type]
        images = IMAGES[..., : preprocess.channels]
        np.testing.assert_array_equal(normalised(list(images), preprocess), calibration.normalised(images, preprocess))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("by", ["OpenCV", "NumPy"])
def test_light_and_normalising_in_one_are_the_same_as_one_after_the_other(
    by: str, channels: int, need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "OpenCV":
        need("opencv", NO_OPENCV)
    else:
        monkeypatch.setattr(opencv, "opencv", lambda: None)
    preprocess = Preprocess((8, 8), mean=(123.7, 116.3, 103.5)[:channels], std=(58.4, 57.1, 57.4)[:channels])
    tables = np.random.default_rng(1).integers(0, 256, (10, channels, 256), np.uint8)
    images = IMAGES[..., :channels]
    both = [Lit(*each) for each in zip(images, tables, strict=True)]
    lit = [np.stack([each.tables[c][each.pixels[..., c]] for c in range(channels)], axis=-1) for each in both]
    np.testing.assert_array_equal(lit_and_normalised(both, preprocess), normalised(lit, preprocess))


def test_a_cut_is_taken_from_the_image_and_not_from_what_the_network_would_see_of_it() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8)[np.arange(16) % 2, None], (16, 1, 3))  # gone at half the size
    some = Feed(numbered([stripes]), Preprocess((8, 8)), Training(augment=Augment(crop=(0.25, 0.25))), numbers_of)
    assert np.ptp(next(some.in_order())[0]) < 0.2
    assert np.ptp(next(some.shuffled(0))[0]) > 0.5


def test_an_image_that_cannot_be_read_is_named_and_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    files = [tmp_path / f"{number}.jpg" for number in range(12)]
    for file in files:
        Image.fromarray(np.kron(IMAGES[0], np.ones((8, 8, 1), np.uint8))).save(file)
    files[7].write_bytes(files[7].read_bytes()[:400])
    some = Feed(numbered(files), Preprocess((8, 8)), Training(batch_size=2), numbers_of)
    with pytest.raises(InputError, match=r"7\.jpg: the image cannot be read: "):
        list(islice(some.shuffled(0), 2 * some.steps))
    assert threading.active_count() == before


def test_a_training_that_ends_early_leaves_no_thread() -> None:
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), feed(workers=3) as some:
        batches = some.shuffled(0)
        next(batches)
        next(some.in_order())
        assert threading.active_count() > before
        raise KeyboardInterrupt
    assert threading.active_count() == before
    assert next(batches, None) is None
