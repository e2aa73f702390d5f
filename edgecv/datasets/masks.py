"""Image and mask pairs: `images/SPLIT/NAME.jpg` and `masks/SPLIT/NAME.png`, whose pixel values are label indices.

`classes.txt` names the values, one a line from 0 on. Pixels of 255 are void and count for nothing; so does the value
that the option `void` gives, which then is no label either.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from edgecv.datasets import files, splits
from edgecv.datasets.options import refuse_unknown, whole_number, words
from edgecv.datasets.splits import SPLITS
from edgecv.errors import InputError
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import VOID, Mask, Samples

__all__ = ["OPTIONS", "SPLITS", "TASKS", "load"]

TASKS: tuple[Task, ...] = ("segmentation",)
OPTIONS = (*splits.OPTIONS, "labels", "void")
INDEX_MODES = ("L", "P", "1")  # Pillow's words for one byte a pixel, a palette, and black and white

NO_LABEL = 254  # of a value that classes.txt does not name; the labels end before it


def load(data: Data, task: Task, split: str) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    values = words(data.options, "labels") or tuple(files.lines(folder / "classes.txt"))
    if len(values) > NO_LABEL:
        raise InputError(f"{folder}: expected at most {NO_LABEL} labels, got {len(values)}")
    labels, table = _labels(values, whole_number(data.options, "void", VOID))
    pairs = splits.members(_pairs(folder, data, split), data, split)
    contents = [[image.stem, digest_of_file(image), digest_of_file(mask)] for image, mask in pairs]
    return Samples(
        labels=labels,
        digest=digest_of([labels, table.tolist(), contents]),
        names=tuple(image.stem for image, _ in pairs),
        image=lambda index: pairs[index][0],
        truth=lambda index: Mask(_read(pairs[index][1], table)),
        notes=splits.notes(data, split),
    )


def _labels(values: tuple[str, ...], void: int) -> tuple[tuple[str, ...], np.ndarray]:
    """The labels without void, and for each of the 256 values that a pixel can have its label's index."""
    if void > VOID:
        raise InputError(f"data.void: expected a pixel value from 0 to {VOID}, got '{void}'")
    table = np.full(VOID + 1, NO_LABEL, np.uint8)
    named = [value for value in range(len(values)) if value != void]
    table[named] = range(len(named))
    table[[void, VOID]] = VOID
    return tuple(values[value] for value in named), table


def _pairs(folder: Path, data: Data, split: str) -> list[tuple[Path, Path]]:
    images, masks = (
        files.images(files.folder(folder / kind / splits.source(data, split), splits.CURES[split]))
        for kind in ("images", "masks")
    )
    for alone, of in ((images.keys() - masks.keys(), "mask"), (masks.keys() - images.keys(), "image")):
        if alone:
            name = min(alone)
            raise InputError(f"{(images.get(name) or masks[name])}: has no {of} of the same name")
    pairs = [(image, masks[name]) for name, image in images.items()]
    for image, mask in pairs:
        expected, got = files.image_size(image), files.image_size(mask, upright=False)
        if expected != got:
            raise InputError(
                f"{mask}: expected {expected[1]} x {expected[0]} pixels as its image has, got {got[1]} x {got[0]}"
            )
    return pairs


def _read(path: Path, table: np.ndarray) -> np.ndarray:
    try:
        with Image.open(path) as picture:
            mode, values = picture.mode, np.array(picture, np.uint8)
    except Exception as error:  # a damaged file makes decoders raise anything
        raise InputError(f"{path}: the mask cannot be read: {error}") from error
    if mode not in INDEX_MODES:
        raise InputError(f"{path}: expected one label index a pixel, got the colour mode '{mode}'")
    indices: np.ndarray = table[values]
    if (indices == NO_LABEL).any():
        wrong = values[indices == NO_LABEL].min()
        known = (table < NO_LABEL).sum()
        raise InputError(f"{path}: expected one of {known} label indices or void, got a pixel of {wrong}")
    return indices
