"""The images that take turns: the artifact's own samples, or those of a folder, through its preprocessing."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any, List, NamedTuple, Sequence, TypeVar, Union

import numpy as np
from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice.commands.sources import find_pictures
from edgecv.ondevice.images import read, samples_of
from edgecv.records.artifact import Artifact
from edgecv.records.measurement import Images

T = TypeVar("T")

JPEG_QUALITY = 95
FEWEST, MOST = 4, 64  # of a folder: fewer do not show whether outputs vary, more only fill the memory


class Pictures(NamedTuple):
    pixels: np.ndarray  # (n, height, width, channels) uint8, as the network is given them
    files: List[Union[bytes, Path]]  # as end to end finds them
    told: Images


def pictures_of(artifact: Artifact, folder: Path | None) -> Pictures:
    """The folder's images, spread evenly where there are many; without a folder the artifact's samples."""
    return _samples(artifact) if folder is None else _in_folder(artifact, folder)


def _samples(artifact: Artifact) -> Pictures:
    pixels, color = samples_of(artifact), artifact.manifest.preprocess.color
    return Pictures(pixels, [_jpeg(image, color) for image in pixels], _told("samples", pixels))


def _jpeg(pixels: np.ndarray, color: str) -> bytes:
    if color == "bgr":
        pixels = pixels[..., ::-1]
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0] if color == "gray" else pixels).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _in_folder(artifact: Artifact, folder: Path) -> Pictures:
    found: List[Any] = [picture.source for picture in find_pictures([str(folder)])]
    if len(found) < FEWEST:
        raise InputError(f"{folder}: expected at least {FEWEST} images to take turns, found {len(found)}")
    files = spread(found)
    pixels = np.stack([read(file, artifact.manifest.preprocess)[0] for file in files])
    return Pictures(pixels, files, _told(folder.resolve().name, pixels))


def spread(found: Sequence[T]) -> List[T]:
    """As many as are fed, spread evenly."""
    count = min(len(found), MOST)
    return [found[index * len(found) // count] for index in range(count)]


def _told(source: str, pixels: np.ndarray) -> Images:
    digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
    return Images(source, len(pixels), f"sha256:{digest}")
