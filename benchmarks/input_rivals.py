"""The same pictures made with other libraries, in as many threads as there are cores.

Decode, antialiased bilinear resize, then a flip, a scale and a shift, bilinear as well, and a gain of each channel; in
batches of normalised floats. `whole` is a rival's picture before it is changed: the benchmark holds it against the
board's, because a rival with another filter does other work.
"""

import importlib.util
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from edgecv.records.preprocess import Preprocess
from edgecv.training.batches import normalised

SCALE, SHIFT, GAIN, TINT, PAD = (0.8, 1.25), 0.1, (0.8, 1.25), (0.9, 1.1), 114
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
BILINEAR = Image.Resampling.BILINEAR

Size = tuple[int, int]  # height, width
Whole = Callable[[Path, Size], np.ndarray]
Batches = Iterator[tuple[Any, Any]]


class Rival(NamedTuple):
    whole: Whole
    batches: Callable[[list[Path], Preprocess, int], Batches]


def available() -> dict[str, Rival]:
    """The rivals that are installed here."""
    rivals = {"tf.data": Rival(tf_array, tf_batches), "pillow threads": Rival(pillow_whole, pillow_batches)}
    if importlib.util.find_spec("cv2"):
        for name, whole in (("opencv threads", opencv_whole), ("opencv threads, a filter alike", opencv_alike)):
            rivals[name] = Rival(whole, partial(opencv_batches, whole=whole))
    return rivals


class Chance(NamedTuple):
    """How a picture is changed: it is scaled, laid down at x, y, and mirrored."""

    zoom: float
    x: float
    y: float
    mirrored: bool
    gains: np.ndarray

    def tables(self) -> np.ndarray:
        """What becomes of each of the 256 values of each channel."""
        tables: np.ndarray = np.clip(np.arange(256) * self.gains[:, None] + 0.5, 0, 255).astype(np.uint8)
        return tables


def chance(number: int, size: Size) -> Chance:
    rng = np.random.default_rng(number)
    zoom, shift = rng.uniform(*SCALE), rng.uniform(-SHIFT, SHIFT, 2)
    y, x = (shift + (1 - zoom) / 2) * size
    return Chance(zoom, x, y, bool(rng.random() < 0.5), rng.uniform(*GAIN) * rng.uniform(*TINT, 3))


def pillow_whole(file: Path, size: Size) -> np.ndarray:
    return np.asarray(_pillow_picture(file, size))


def _pillow_picture(file: Path, size: Size) -> Image.Image:
    with Image.open(file) as opened:
        return opened.convert("RGB").resize(size[::-1], BILINEAR)


def pillow_batches(files: list[Path], preprocess: Preprocess, batch: int) -> Batches:
    """Scaled and laid onto gray: Pillow's own affine warp takes twice as long."""
    height, width = preprocess.size

    def picture(number: int, row: np.ndarray) -> None:
        drawn = chance(number, preprocess.size)
        whole = _pillow_picture(files[number], preprocess.size)
        moved = Image.new("RGB", (width, height), (PAD,) * 3)
        scaled = whole.resize((round(width * drawn.zoom), round(height * drawn.zoom)), BILINEAR)
        moved.paste(scaled, (round(drawn.x), round(drawn.y)))
        if drawn.mirrored:
            moved = moved.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        lit = moved.point(drawn.tables().ravel().tolist())
        row[:] = normalised([np.asarray(lit)], preprocess)[0]

    return in_threads(picture, len(files), preprocess.size, batch)


def opencv_whole(file: Path, size: Size) -> np.ndarray:
    """OpenCV has no antialiased bilinear filter, so that Pillow lends its own."""
    return np.asarray(Image.fromarray(_opencv_picture(file)).resize(size[::-1], BILINEAR))


def _opencv_picture(file: Path) -> np.ndarray:
    import cv2

    return np.asarray(cv2.imread(str(file), cv2.IMREAD_COLOR_RGB))


def opencv_alike(file: Path, size: Size) -> np.ndarray:
    """What OpenCV can do by itself: a triangle of whole pixels before its bilinear filter. It blurs more."""
    import cv2

    pixels = _opencv_picture(file)
    smooth = cv2.sepFilter2D(pixels, -1, triangle(pixels.shape[1] / size[1]), triangle(pixels.shape[0] / size[0]))
    resized: np.ndarray = cv2.resize(smooth, size[::-1], interpolation=cv2.INTER_LINEAR)
    return resized


def triangle(times: float) -> np.ndarray:
    reach = max(1.0, times)
    taps = np.maximum(0, 1 - np.abs(np.arange(-int(reach), int(reach) + 1)) / reach)
    even: np.ndarray = (taps / taps.sum()).astype(np.float32)
    return even


def opencv_batches(files: list[Path], preprocess: Preprocess, batch: int, *, whole: Whole) -> Batches:
    """One warp, and one lookup for light and normalising."""
    import cv2

    cv2.setNumThreads(1)  # the pictures are what is parallel
    height, width = preprocess.size
    mean, std = (np.array(each, np.float32)[:, None] for each in (preprocess.mean, preprocess.std))

    def picture(number: int, row: np.ndarray) -> None:
        drawn = chance(number, preprocess.size)
        mirror = -1 if drawn.mirrored else 1
        x = width - drawn.x if drawn.mirrored else drawn.x
        backwards = np.array([[mirror, 0, -x * mirror], [0, 1, -drawn.y]]) / drawn.zoom
        moved = cv2.warpAffine(
            whole(files[number], preprocess.size),
            backwards,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderValue=(PAD,) * 3,
        )
        normal = (drawn.tables() - mean) / std
        cv2.LUT(moved, np.ascontiguousarray(normal.T[None]), dst=row)

    return in_threads(picture, len(files), preprocess.size, batch)


def in_threads(picture: Callable[[int, np.ndarray], None], count: int, size: Size, batch: int) -> Batches:
    """Each thread makes a batch, picture by picture."""

    def made(start: int) -> tuple[np.ndarray, np.ndarray]:
        pixels, numbers = np.empty((batch, *size, 3), np.float32), np.arange(start, start + batch)
        for number, row in zip(numbers.tolist(), pixels, strict=True):
            picture(number, row)
        return pixels, numbers

    with ThreadPoolExecutor(CORES) as threads:
        yield from threads.map(made, range(0, count - batch + 1, batch))


def tf_array(file: Path, size: Size) -> np.ndarray:
    return np.asarray(tf_whole(str(file), size))


def tf_whole(file: Any, size: Size) -> Any:
    import tensorflow as tf

    # TensorFlow's usual decoder is a coarser one, and no faster.
    pixels = tf.io.decode_jpeg(tf.io.read_file(file), channels=3, dct_method="INTEGER_ACCURATE")
    return tf.image.resize(pixels, size, antialias=True)


def tf_batches(files: list[Path], preprocess: Preprocess, batch: int) -> Batches:
    import tensorflow as tf

    height, width = preprocess.size

    def picture(file: Any) -> Any:
        whole = tf_whole(file, preprocess.size)
        zoom, mirror = tf.random.uniform([], *SCALE), tf.sign(tf.random.uniform([], -1, 1))
        shift = tf.random.uniform([2], -SHIFT, SHIFT) * (width, height)
        x, y = width / 2 * (1 - mirror * zoom) + shift[0], height / 2 * (1 - zoom) + shift[1]
        backwards = tf.stack([mirror / zoom, 0.0, -x * mirror / zoom, 0.0, 1 / zoom, -y / zoom, 0.0, 0.0])
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=whole[None],
            transforms=backwards[None],
            output_shape=(height, width),
            fill_value=float(PAD),
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )[0]
        gains = tf.random.uniform([], *GAIN) * tf.random.uniform([3], *TINT)
        return (tf.clip_by_value(moved * gains, 0, 255) - preprocess.mean) / preprocess.std

    data = tf.data.Dataset.from_tensor_slices([str(file) for file in files])
    batches = data.map(picture, num_parallel_calls=tf.data.AUTOTUNE).batch(batch, drop_remainder=True).prefetch(2)
    return ((pixels, None) for pixels in batches)
