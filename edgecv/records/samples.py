"""Images and the truth about them. Lazy: an image is read, or drawn, when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Union

import numpy as np

ImageSource = Union[Path, np.ndarray]  # a file, or H x W x 3 uint8 pixels


@dataclass(frozen=True)
class Label:
    """Classification: which of the labels."""

    index: int


@dataclass(frozen=True)
class Boxes:
    """Detection: boxes (n, 4) as x0, y0, x1, y1 in pixels of the original image, and indices (n,) into the labels."""

    boxes: np.ndarray
    indices: np.ndarray


@dataclass(frozen=True)
class Mask:
    """Segmentation: (height, width) uint8 label indices at the original size; `VOID` counts for nothing."""

    pixels: np.ndarray


VOID = 255


@dataclass(frozen=True)
class Values:
    """Regression: a number (n,) for each of the labels, which are the names of the values, in their own units."""

    numbers: np.ndarray


Truth = Union[Label, Boxes, Mask, Values]


@dataclass(frozen=True)
class Samples:
    """One split of a data set."""

    labels: tuple[str, ...]
    digest: str  # of images and truth, so that equal digests mean equal data
    names: tuple[str, ...]  # one a sample: stable, unique, fit to show to a user
    image: Callable[[int], ImageSource]
    truth: Callable[[int], Truth]
    notes: tuple[str, ...] = ()  # what a user should know: boxes left out, a split that stands in for another

    def __len__(self) -> int:
        return len(self.names)
