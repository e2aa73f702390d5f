"""A picture in another light: a table for each channel, and a matrix over them where colours change."""

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from edgecv.records.augment import EVEN, Augment

MIDDLE = 127.5
LUMA = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look (ITU-R BT.601)


class Lit(NamedTuple):
    """A picture in another light; the last step is left to whoever looks its values up in another table anyway."""

    pixels: np.ndarray  # (H, W, C)
    tables: np.ndarray  # (C, 256): what is to become of each value


def lit(pixels: np.ndarray, settings: Augment, rng: np.random.Generator, *, bgr: bool = False) -> Lit:
    """Pixels (H, W, C) in a random light."""
    channels = pixels.shape[2]
    tables = _random_tables(settings, channels, rng)
    if channels == 3 and (settings.saturation != EVEN or settings.hue):
        colors = _random_colors(settings, rng)
        colors = colors[::-1, ::-1] if bgr else colors
        matrix = tuple(np.pad(colors, ((0, 0), (0, 1))).ravel().tolist())
        pixels = np.asarray(Image.fromarray(pixels).convert("RGB", matrix))
    return Lit(pixels, tables)


def _random_tables(settings: Augment, channels: int, rng: np.random.Generator) -> np.ndarray:
    """For each channel, what becomes of each of its 256 values."""
    gains = rng.uniform(*settings.brightness) * rng.uniform(*settings.tint, channels)
    contrast = 1.0 if settings.contrast == EVEN else rng.uniform(*settings.contrast)
    values = np.arange(256) * (gains * contrast)[:, None] + MIDDLE * (1 - contrast)
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def _random_colors(settings: Augment, rng: np.random.Generator) -> np.ndarray:
    """The matrix that leaves grays alone, and turns and stretches the colours around them."""
    saturation, hue = rng.uniform(*settings.saturation), math.radians(rng.uniform(-settings.hue, settings.hue))
    cosine, third, sine = math.cos(hue), (1 - math.cos(hue)) / 3, math.sin(hue) / math.sqrt(3)
    turn = cosine * np.eye(3) + third + sine * np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    stretch = saturation * np.eye(3) + (1 - saturation) * LUMA
    colors: np.ndarray = stretch @ turn
    return colors
