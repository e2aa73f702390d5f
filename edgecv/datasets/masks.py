"""Image and mask pairs: `images/SPLIT/NAME.jpg` and `masks/SPLIT/NAME.png`, whose pixels say what is where.

A mask holds a label's index a pixel, and `classes.txt` names the indices, one a line from 0 on; or it holds colours,
and the option `colors` says which colour is which label. `mask_values` reads either.
"""

from collections.abc import Iterator
from pathlib import Path

from edgecv.datasets import files, headers, splits
from edgecv.datasets.faults import REFUSE, Faults, Slip
from edgecv.datasets.found import Found
from edgecv.datasets.mask_values import Reader, reader_of
from edgecv.datasets.options import refuse_unknown
from edgecv.datasets.splits import SPLITS
from edgecv.records.files import digest_of, digest_of_file
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Mask, Samples

__all__ = ["FAULTS", "OPTIONS", "SPLITS", "TASKS", "found_in", "load"]

TASKS: tuple[Task, ...] = ("segmentation",)
FAULTS: tuple[str, ...] = ("missing_files", "unreadable_images", "duplicate_names", "mask_sizes", "mask_values")
OPTIONS = (*splits.OPTIONS, "labels", "void", "colors", *FAULTS)
IMAGES, MASKS = "images", "masks"

Pair = tuple[Path, Path]  # an image and its mask


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_unknown(data, OPTIONS)
    folder = files.root(data)
    reader = reader_of(data, folder, faults)
    pairs = splits.members(_pairs(folder, data, split, faults), data, split)
    pairs = list(_fitting(pairs, reader, faults))
    if faults.thorough:
        strict = reader_of(data, folder, Faults())  # tells of the values that a rule takes for void
        pairs = list(_readable(pairs, strict, faults))
    contents = [[image.stem, digest_of_file(image), digest_of_file(mask)] for image, mask in pairs]
    return Samples(
        labels=reader.labels,
        digest=digest_of([reader.labels, reader.rule, contents]),
        names=tuple(image.stem for image, _ in pairs),
        image=lambda index: pairs[index][0],
        truth=lambda index: Mask(reader.read(pairs[index][1])),
        notes=splits.notes(data, split),
    )


def found_in(folder: Path) -> Found | None:
    pairs = (folder / IMAGES).is_dir() and (folder / MASKS).is_dir()
    return Found(f"{IMAGES}/ and {MASKS}/ are there", TASKS) if pairs else None


def _pairs(folder: Path, data: Data, split: str, faults: Faults) -> list[Pair]:
    images, masks = (
        files.images(
            splits.place(split, splits.FOLDER, [folder / kind / splits.source(data, split)], splits.TAKEN_WHOLE), faults
        )
        for kind in (IMAGES, MASKS)
    )
    for name in sorted(images.keys() ^ masks.keys()):
        of = "mask" if name in images else "image"
        faults.add("missing_files", images.get(name) or masks[name], f"has no {of} of the same name")
    return [(image, masks[name]) for name, image in images.items() if name in masks]


def _fitting(pairs: list[Pair], reader: Reader, faults: Faults) -> Iterator[Pair]:
    seen = headers.look((path for pair in pairs for path in pair), faults)
    for image, mask in pairs:
        if image not in seen or mask not in seen:
            continue
        expected, got = seen[image], seen[mask].stored
        if (says := reader.refuses(seen[mask].mode)) is not None:
            faults.add("mask_modes", mask, says)
            continue
        if got == expected.size:
            yield image, mask
            continue
        turned = ", which EXIF turns" if got == expected.stored else ""
        says = f"expected {_pixels(expected.size)} pixels as its image has{turned}, got {_pixels(got)}"
        faults.add("mask_sizes", mask, says)


def _readable(pairs: list[Pair], reader: Reader, faults: Faults) -> Iterator[Pair]:
    for number, (image, mask) in enumerate(pairs, start=1):
        faults.tell(f"mask {number}/{len(pairs)}")
        try:
            reader.read(mask)
            yield image, mask
        except Slip as slip:
            faults.add(slip.kind, mask, str(slip).removeprefix(f"{mask}: "))
            if faults.rule(slip.kind) != REFUSE:
                yield image, mask


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]}"
