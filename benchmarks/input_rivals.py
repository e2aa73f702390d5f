"""The same pictures made with other libraries, in as many threads as there are cores.

Decode, antialiased bilinear resize, then a flip, a scale and a shift in one bilinear warp, and a gain of each channel;
in batches of normalised floats.
"""

import importlib.util
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edgecv.records.preprocess import Preprocess

SCALE, SHIFT, GAIN, TINT, PAD = (0.8, 1.25), 0.1, (0.8, 1.25), (0.9, 1.1), 114
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

Batches = Iterator[tuple[Any, Any]]
Rival = Callable[[list[Path], Preprocess, int], Batches]


def available() -> dict[str, Rival]:
    """The rivals that are installed here."""
    rivals: dict[str, Rival] = {"tf.data": with_tf_data, "pillow threads": with_pillow}
    return rivals | ({"opencv threads": with_opencv} if importlib.util.find_spec("cv2") else {})


def chances(rng: np.random.Generator, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The affine map from a new pixel to an old one, and the gain of each channel."""
    zoom, mirror, shift = rng.uniform(*SCALE), rng.choice([-1, 1]), rng.uniform(-SHIFT, SHIFT, 2) * (width, height)
    x, y = width / 2 * (1 - mirror * zoom) + shift[0], height / 2 * (1 - zoom) + shift[1]
    backwards = np.array([mirror / zoom, 0, -x * mirror / zoom, 0, 1 / zoom, -y / zoom])
    return backwards, rng.uniform(*GAIN) * rng.uniform(*TINT, 3)


def with_pillow(files: list[Path], preprocess: Preprocess, batch: int) -> Batches:
    height, width = preprocess.size

    def picture(number: int) -> np.ndarray:
        backwards, gains = chances(np.random.default_rng(number), height, width)
        with Image.open(files[number]) as opened:
            whole = opened.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
        moved = whole.transform(
            (width, height), Image.Transform.AFFINE, tuple(backwards), Image.Resampling.BILINEAR, fillcolor=(PAD,) * 3
        )
        tables = np.clip(np.arange(256) * gains[:, None] + 0.5, 0, 255).astype(np.uint8)
        return np.array(moved.point(tables.ravel().tolist()))

    return in_threads(picture, len(files), preprocess, batch)


def with_opencv(files: list[Path], preprocess: Preprocess, batch: int) -> Batches:
    """OpenCV has no antialiased bilinear filter: a triangle before its bilinear one comes within a level of it."""
    import cv2

    cv2.setNumThreads(1)  # the pictures are what is parallel
    height, width = preprocess.size

    def triangle(times: float) -> np.ndarray:
        reach = max(1.0, times)
        taps = np.maximum(0, 1 - np.abs(np.arange(-int(reach), int(reach) + 1)) / reach)
        even: np.ndarray = (taps / taps.sum()).astype(np.float32)
        return even

    def picture(number: int) -> np.ndarray:
        backwards, gains = chances(np.random.default_rng(number), height, width)
        pixels = cv2.imread(str(files[number]), cv2.IMREAD_COLOR_RGB)
        smooth = cv2.sepFilter2D(pixels, -1, triangle(pixels.shape[1] / width), triangle(pixels.shape[0] / height))
        whole = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
        moved = cv2.warpAffine(
            whole,
            backwards.reshape(2, 3),
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderValue=(PAD,) * 3,
        )
        tables = np.clip(np.arange(256)[:, None] * gains + 0.5, 0, 255).astype(np.uint8)
        lit: np.ndarray = cv2.LUT(moved, tables[None])
        return lit

    return in_threads(picture, len(files), preprocess, batch)


def in_threads(picture: Callable[[int], np.ndarray], count: int, preprocess: Preprocess, batch: int) -> Batches:
    mean, std = np.array(preprocess.mean, np.float32), np.array(preprocess.std, np.float32)

    def made(start: int) -> tuple[np.ndarray, np.ndarray]:
        numbers = range(start, start + batch)
        pixels: np.ndarray = (np.stack([picture(number) for number in numbers]) - mean) / std
        return pixels, np.array(numbers)

    with ThreadPoolExecutor(CORES) as threads:
        yield from threads.map(made, range(0, count - batch + 1, batch))


def with_tf_data(files: list[Path], preprocess: Preprocess, batch: int) -> Batches:
    import tensorflow as tf

    height, width = preprocess.size

    def picture(file: Any) -> Any:
        pixels = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
        whole = tf.image.resize(pixels, (height, width), antialias=True)
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
