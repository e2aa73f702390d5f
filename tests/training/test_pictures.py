"""Training sees the pixels of the board, and decodes each image once where memory allows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.ondevice import images
from edgecv.ondevice.decoding import ORIENTATION
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import ImageSource, Label, Mask, Samples
from edgecv.training.batches import Feed
from edgecv.training.pictures import Pictures, larger
from tests.training.test_batches import numbered, numbers_of

PREPROCESSES = [
    Preprocess((40, 56), resize="letterbox"),
    Preprocess((40, 56), resize="stretch", color="bgr", resample="bicubic"),
    Preprocess((40, 56), resize="crop"),
    Preprocess((40, 56), resize="crop", color="gray", resize_to=60),
    Preprocess((40, 56), resize="letterbox", color="gray", resample="nearest"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Photos of odd sizes: held upright, on the side and upside down, gray, with alpha, of 16 bits."""
    folder, chances = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    kept = []
    for number, (height, width) in enumerate([(61, 43), (33, 127), (40, 56), (7, 5), (301, 211)]):
        coarse = chances.integers(0, 256, (height // 4 + 1, width // 4 + 1, 4), np.uint8)
        picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        exif = Image.Exif()
        for turn in (1, 6, 8, 3):
            exif[ORIENTATION] = turn
            kept.append(folder / f"{number}_{turn}.jpg")
            picture.convert("RGB").save(kept[-1], exif=exif)
        kept += [folder / f"{number}_gray.jpg", folder / f"{number}_alpha.png", folder / f"{number}_deep.png"]
        picture.convert("L").save(kept[-3])
        picture.save(kept[-2])
        Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257).save(kept[-1])
    return kept


@pytest.mark.parametrize("preprocess", PREPROCESSES, ids=lambda each: f"{each.resize}-{each.color}")
def test_training_sees_the_pixels_that_the_board_makes(files: list[Path], preprocess: Preprocess) -> None:
    feed = Feed(numbered(files), preprocess, Training(batch_size=4), numbers_of)
    learnt = {int(number): pixels for batch in _epoch(feed) for pixels, number in zip(*batch, strict=True)}
    validated = np.concatenate([pixels for pixels, _ in feed.in_order()])
    for number, pixels in learnt.items():
        board = images.fit(images.open_image(files[number]), preprocess)[0]
        assert np.abs(pixels * 255 - board).max() < 1e-3
        assert np.array_equal(pixels, validated[number])
    assert len(learnt) == feed.steps * 4


def _epoch(feed: Feed) -> list[tuple[np.ndarray, np.ndarray]]:
    with feed:
        return [batch for batch, _ in zip(feed.shuffled(0), range(feed.steps), strict=False)]


def counted(images: list[np.ndarray]) -> tuple[Samples, list[int]]:
    """Samples, and the indices that were asked for."""
    asked: list[int] = []

    def image(index: int) -> ImageSource:
        asked.append(index)
        return images[index]

    samples = numbered(images)
    return Samples(samples.labels, "", samples.names, image, Label), asked


PIXELS = [np.full((9, 9, 3), number, np.uint8) for number in range(6)]


def test_an_image_is_decoded_when_it_is_first_seen_and_once() -> None:
    samples, asked = counted(PIXELS)
    pictures = Pictures(samples, Preprocess((8, 8)))
    assert asked == []
    for index in (2, 5, 2):
        assert (pictures[index][0] == index).all()
    assert asked == [2, 5]


def test_what_does_not_fit_in_memory_is_decoded_again_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    samples, asked = counted(PIXELS)
    pictures = Pictures(samples, Preprocess((8, 8)), budget_bytes=4 * 8 * 8 * 3 + 50)
    for _ in range(2):
        assert [int(pictures[index][0][0, 0, 0]) for index in range(6)] == [0, 1, 2, 3, 4, 5]
    assert asked == [0, 1, 2, 3, 4, 5, 4, 5]
    assert capsys.readouterr().out == (
        "progress: 4 of 6 decoded images fit in memory; the others are decoded in every epoch\n"
    )


def test_masks_need_memory_too(capsys: pytest.CaptureFixture[str]) -> None:
    names, mask = tuple("abcdef"), Mask(np.zeros((9, 9), np.uint8))
    samples = Samples(("one",), "", names, PIXELS.__getitem__, lambda _: mask)
    assert Pictures(samples, Preprocess((8, 8)), budget_bytes=4 * 8 * 8 * 3).most_kept == 3
    assert "3 of 6" in capsys.readouterr().out


def test_larger_pictures_show_the_same() -> None:
    assert larger(Preprocess((40, 56), resize="crop", resize_to=60), 1.5) == Preprocess(
        (60, 84), resize="crop", resize_to=90
    )
    assert larger(Preprocess((8, 8)), 1) == Preprocess((8, 8))
