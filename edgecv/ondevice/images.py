"""From an image to the network's pixels and back: the one place where images are resized, on the host and on a board.

Training, calibration, evaluation and prediction all open pictures with `open_for` and call `fit`, so that a network
meets the pixels it was trained on.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable, Tuple, Union

import numpy as np
from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice.decoding import ImageInput, open_halved, open_picture
from edgecv.ondevice.resizing import Halved, Pixels, Size, Window, halvings, resize, whole
from edgecv.records.artifact import Artifact
from edgecv.records.files import write_whole
from edgecv.records.preprocess import Preprocess

PAD = 114  # the gray around a letterboxed image


@dataclass(frozen=True)
class Placement:
    """Where an image went: network pixel = original pixel * scale + offset, both measured from the top left edge."""

    original: Size
    scale: Tuple[float, float]  # vertical, horizontal
    offset: Tuple[int, int]  # top, left; negative where a crop cut something away

    def to_original(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes (n, 4) of the network's pixels, as x0, y0, x1, y1 in the original's, clipped to the image."""
        scale_y, scale_x = self.scale
        top, left = self.offset
        height, width = self.original
        moved = (boxes - np.array([left, top, left, top])) / np.array([scale_x, scale_y, scale_x, scale_y])
        clipped: np.ndarray = np.clip(moved, 0, [width, height, width, height]).astype(np.float32)
        return clipped


def open_image(source: ImageInput) -> np.ndarray:
    """Any image as height x width x 3 uint8 RGB, upright; what cannot be read is an InputError that names it."""
    if isinstance(source, np.ndarray) and source.dtype == np.uint8 and source.shape[2:] == (3,) and source.size:
        return source
    return np.asarray(open_picture(source))


def open_for(source: ImageInput, preprocess: Preprocess) -> Halved:
    """Any image, ready for `fit`: a JPEG is decoded no larger than it has to be for that."""
    if isinstance(source, np.ndarray):
        return whole(open_image(source))
    return open_halved(source, lambda original: halvings(original, *_seen(original, preprocess), preprocess.resample))


def fit(image: Union[Pixels, Halved], preprocess: Preprocess, by_opencv: bool = False) -> Tuple[np.ndarray, Placement]:
    """Bring an RGB image to the network's size and colour order.

    The result may be the very array that was given, where there is nothing to do. A picture from `open_for` saves the
    way through an array, which for a large photo costs as much as decoding it. OpenCV, if wanted and there, resizes
    large images in less time, and less exactly.
    """
    image = image if isinstance(image, Halved) else whole(image)
    pixels, (_, placement) = image.pixels, _place(image.original, preprocess)
    window, size = _seen(image.original, preprocess)
    if preprocess.resize == "crop" or size != image.original:
        pixels = resize(image, window, size, preprocess.resample, by_opencv)
    return _pad(_recolor(pixels, preprocess.color), preprocess.size, placement.offset), placement


def read(source: ImageInput, preprocess: Preprocess) -> Tuple[np.ndarray, Placement]:
    """Open an image and fit it."""
    return fit(open_for(source, preprocess), preprocess)


def _seen(original: Size, preprocess: Preprocess) -> Tuple[Window, Size]:
    """The part of an original that the network sees, and the size that this part gets."""
    resized, placement = _place(original, preprocess)
    if preprocess.resize != "crop":
        return (0, 0, original[1], original[0]), resized
    (scale_y, scale_x), (top, left) = placement.scale, placement.offset
    height, width = preprocess.size
    right, bottom = (width - left) / scale_x, (height - top) / scale_y
    return (-left / scale_x, -top / scale_y, min(right, original[1]), min(bottom, original[0])), preprocess.size


def _place(original: Size, preprocess: Preprocess) -> Tuple[Size, Placement]:
    height, width = preprocess.size
    if preprocess.resize == "stretch":
        resized = preprocess.size
    else:
        fill = (height / original[0], width / original[1])
        if preprocess.resize == "letterbox":
            scale = min(fill)
        else:  # the cut never reaches beyond the image
            scale = max(*fill, (preprocess.resize_to or 0) / min(original))
        resized = (max(1, round(original[0] * scale)), max(1, round(original[1] * scale)))
    exact = (resized[0] / original[0], resized[1] / original[1])  # not `scale`: whole pixels were rounded to
    offset = ((height - resized[0]) // 2, (width - resized[1]) // 2)
    return resized, Placement(original, exact, offset)


def _recolor(image: Pixels, color: str) -> np.ndarray:
    if color == "gray":
        picture = Image.fromarray(image) if isinstance(image, np.ndarray) else image
        return np.asarray(picture.convert("L"))[..., np.newaxis]
    pixels = np.asarray(image)
    return np.ascontiguousarray(pixels[..., ::-1]) if color == "bgr" else pixels


def _pad(pixels: np.ndarray, size: Size, offset: Tuple[int, int]) -> np.ndarray:
    height, width, channels = pixels.shape
    if (height, width) == size:
        return pixels
    top, left = offset
    canvas = np.full((*size, channels), PAD, np.uint8)
    canvas[top : top + height, left : left + width] = pixels
    return canvas


def write_strip(path: Path, images: np.ndarray) -> Path:
    """Keep images (n, height, width, 1 or 3) of one size, without loss, as one tall PNG."""
    count, height, width, channels = images.shape
    tall = images.reshape(count * height, width, channels)
    png = io.BytesIO()
    Image.fromarray(tall[..., 0] if channels == 1 else tall).save(png, "PNG", compress_level=6)
    return write_whole(path, png.getvalue())


def samples_of(artifact: Artifact) -> np.ndarray:
    """The images (n, height, width, channels) that an artifact carries for benchmarks."""
    manifest = artifact.manifest
    path = artifact.folder / manifest.samples
    read = partial(artifact.read, manifest.samples)
    return _from_strip(path, read, manifest.preprocess.size, manifest.preprocess.channels)


def read_strip(path: Path, size: Size, channels: int) -> np.ndarray:
    """The images (n, height, width, channels) of a strip."""
    return _from_strip(path, path.read_bytes, size, channels)


def _from_strip(path: Path, read: Callable[[], bytes], size: Size, channels: int) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(read())) as picture:
            tall = np.asarray(picture)
    except Exception as error:  # a damaged file makes decoders raise anything
        raise InputError(f"{path}: the strip of images cannot be read: {error}") from error
    height, width = size
    tall = tall.reshape(*tall.shape[:2], -1)
    if tall.shape[0] % height or tall.shape[1:] != (width, channels):
        raise InputError(f"{path}: expected images of {height} x {width} x {channels}, got a strip of {tall.shape}")
    return tall.reshape(-1, height, width, channels)
